"""Resilience table of all faults and routes, with eight clients: `make resilience`."""

import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.resilience.proxied_shop import CLIENTS, ROUTES, ProxiedShop, TimedAnswer, list_faults, start_shop
from tests.resilience.proxy import Fault
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey

SECONDS = 4.0


def measure_cell(proxied_shop: ProxiedShop, store: str, fault: Fault, route: str) -> tuple[list[TimedAnswer], float]:
    """Return the responses during a fault and the recovery time."""
    clients = proxied_shop.make_clients()
    with ThreadPoolExecutor(CLIENTS) as pool:
        with proxied_shop.stores[store].inject(fault):
            deadline = time.monotonic() + SECONDS

            def send_until_end(number: int) -> list[TimedAnswer]:
                answers = []
                while time.monotonic() < deadline:
                    answers.append(clients[number].send(route))
                    time.sleep(0.02)
                return answers

            all_answers = [answer for answers in pool.map(send_until_end, range(CLIENTS)) for answer in answers]
        began = time.monotonic()
        while time.monotonic() < began + 15:
            attempts = list(pool.map(lambda client: [client.send(name) for name in ROUTES], clients))
            if all(answer.status in (200, 202) for client_answers in attempts for answer in client_answers):
                break
        return all_answers, time.monotonic() - began


def print_line(line: str) -> None:
    """Write a line of the table."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Print the table as Markdown."""
    valkey, mariadb = Valkey.create(fsync="everysec"), MariaDB.create()
    try:
        with start_shop(Path(tempfile.mkdtemp()), valkey, mariadb) as proxied_shop:
            print_line(
                "| store | fault | route | answers | slowest (s) | recovered after (s) |\n|---|---|---|---|---|---|"
            )
            for store, fault in list_faults():
                for route in ROUTES:
                    answers, recovery_seconds = measure_cell(proxied_shop, store, fault, route)
                    codes = Counter(str(answer.code) for answer in answers)
                    counts = ", ".join(f"{count} x {code}" for code, count in codes.most_common())
                    slowest = max(answer.seconds for answer in answers)
                    print_line(
                        f"| {store} | {fault.name} | {route} | {counts} | {slowest:.2f} | {recovery_seconds:.1f} |"
                    )
            proxied_shop.shop.verify(proxied_shop.order_ids)
    finally:
        valkey.destroy()
        mariadb.destroy()


if __name__ == "__main__":
    main()
