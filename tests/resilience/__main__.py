"""The whole table: each fault begins anew for each route, and eight clients ask at once. `make resilience`."""

import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.resilience.proxied_shop import CROWD, ROUTES, ProxiedShop, TimedAnswer, list_faults, start_shop
from tests.resilience.proxy import Fault
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey

SECONDS = 4.0


def cell(harbour: ProxiedShop, store: str, fault: Fault, route: str) -> tuple[list[TimedAnswer], float]:
    """All answers of eight clients for a while, and the seconds after the fault until all is well."""
    visitors = harbour.make_clients()
    with ThreadPoolExecutor(CROWD) as pool:
        with harbour.stores[store].inject(fault):
            ends = time.monotonic() + SECONDS

            def go(number: int) -> list[TimedAnswer]:
                answers = []
                while time.monotonic() < ends:
                    answers.append(visitors[number].send(route))
                    time.sleep(0.02)
                return answers

            found = [answer for answers in pool.map(go, range(CROWD)) for answer in answers]
        began = time.monotonic()
        while time.monotonic() < began + 15:
            tries = list(pool.map(lambda visitor: [visitor.ask(name) for name in ROUTES], visitors))
            if all(answer.status in (200, 202) for one in tries for answer in one):
                break
        return found, time.monotonic() - began


def print_line(line: str) -> None:
    """Write a line of the table."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Print the table as Markdown."""
    valkey, mariadb = Valkey.create(fsync="everysec"), MariaDB.create()
    try:
        with start_shop(Path(tempfile.mkdtemp()), valkey, mariadb) as harbour:
            print_line(
                "| store | fault | route | answers | slowest (s) | well again after (s) |\n|---|---|---|---|---|---|"
            )
            for store, fault in list_faults():
                for route in ROUTES:
                    answers, well = cell(harbour, store, fault, route)
                    codes = Counter(str(answer.code) for answer in answers)
                    told = ", ".join(f"{count} x {code}" for code, count in codes.most_common())
                    slowest = max(answer.seconds for answer in answers)
                    print_line(f"| {store} | {fault.name} | {route} | {told} | {slowest:.2f} | {well:.1f} |")
            harbour.shop.verify(harbour.order_ids)
    finally:
        valkey.destroy()
        mariadb.destroy()


if __name__ == "__main__":
    main()
