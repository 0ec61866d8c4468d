"""`make bench`: purchases per second on one hot item, against the same server's bare route and an empty same route.

The kinds take turns within each round, so that whatever else the machine does troubles all of them: trust the ratios.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from flask.testing import FlaskClient

from benchmarks.accounts import Accounts
from benchmarks.client import Client
from benchmarks.load import drive, post
from benchmarks.report import HEAD, Measured, closing, round_row
from benchmarks.sale import offer, wait_for
from benchmarks.service import Shop, free_port, open_shop, stop, wait_until_ready
from benchmarks.usage import counting, cpu_seconds
from shop.app import create_app
from shop.cache_managers.stock import StockCacheManager
from shop.constants.stock import PARTITIONS
from shop.core.database import Database

CONNECTIONS = 32
# More than any run sells.
PIECES = 1_000_000_000
COUNTED = 500
BODY = b'{"quantity": 1}'
DRAIN_SECONDS = 120.0
KINDS = {"bare": "/bare/{}", "same": "/same/{}", "purchase": "/api/v1/items/{}/purchase"}


@dataclass(frozen=True)
class Bench:
    """A shop to put under load: which processes to watch, and what each kind says on each connection."""

    shop: Shop
    port: int
    web_pid: int
    requests: Mapping[str, list[bytes]]
    stock: StockCacheManager

    def measure(self, kind: str, seconds: float, measured: Measured) -> None:
        """Drive one kind; returns when its orders are written, so that they do not trouble the next kind."""
        web, rest = cpu_seconds(self.web_pid), cpu_seconds(self.shop.pid)
        load = drive(self.port, self.requests[kind], seconds)
        measured.add(load, cpu_seconds(self.web_pid) - web, cpu_seconds(self.shop.pid) - rest)
        self.wait_until_drained()

    def wait_until_drained(self) -> None:
        """Return when no order waits to be written."""
        deadline = time.monotonic() + DRAIN_SECONDS
        while any(self.stock.oldest(partition) is not None for partition in range(PARTITIONS)):
            if time.monotonic() > deadline:
                sys.exit("The orders were not written in time.")
            time.sleep(0.2)

    def count(self) -> str:
        """What one purchase asks the stores, counted over many in an app in this process."""
        request = self.requests["purchase"][0].decode()
        path, token = request.split(" ")[1], request.partition("Bearer ")[2].partition("\r\n")[0]
        app = create_app(self.shop.settings())
        client, database = app.test_client(), app.extensions["shop"].get(Database)
        _buy(client, path, token)
        with counting(database.engine) as count:
            for _ in range(COUNTED):
                _buy(client, path, token)
        self.wait_until_drained()
        return (
            f"one purchase: {count.statements / COUNTED:.2f} SQL statements,"
            f" {count.round_trips / COUNTED:.2f} Redis round trips"
        )


def main() -> int:
    """The exit code: 1 when an invariant does not hold after the load."""
    options = _options()
    with _bench() as bench:
        print(bench.count(), f"\n\n{HEAD}", sep="", flush=True)
        _run_round(bench, 0, 1.0, {kind: Measured() for kind in KINDS})
        measured = {kind: Measured() for kind in KINDS}
        for number in range(options.rounds):
            _run_round(bench, number, options.seconds, measured)
            print(round_row(number, measured), flush=True)
        print(closing(measured))
        holds, verdicts = bench.shop.verify()
    print("verified" if holds else "\n".join(["BROKEN", *verdicts]))
    return 0 if holds else 1


def _run_round(bench: Bench, number: int, seconds: float, measured: Mapping[str, Measured]) -> None:
    # Every other round backwards: who goes first has no advantage.
    for kind in list(KINDS)[:: -1 if number % 2 else 1]:
        bench.measure(kind, seconds, measured[kind])


@contextmanager
def _bench() -> Iterator[Bench]:
    database = os.environ.get("SHOP_DATABASE_URL", "")
    with open_shop(**({"database_url": database} if database else {})) as shop:
        bind = f"127.0.0.1:{free_port()}"
        # A web server of its own, so that the shop's routes and ours share one; the one of `up` stands idle.
        web = shop.start("benchmarks.bare", SHOP_BIND=bind)
        try:
            wait_until_ready(shop, bind, web)
            yield _prepare(shop, bind, web.pid)
        finally:
            stop(web)


def _prepare(shop: Shop, bind: str, web_pid: int) -> Bench:
    container = shop.container()
    tokens = Accounts.of(container).sign_up(CONNECTIONS)
    item_id = offer(shop, PIECES)
    wait_for("accepted", Client(bind, tokens[0]), item_id, 1)
    requests = {kind: [post(path.format(item_id), token, BODY) for token in tokens] for kind, path in KINDS.items()}
    return Bench(shop, int(bind.rpartition(":")[2]), web_pid, requests, container.get(StockCacheManager))


def _buy(client: FlaskClient, path: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = client.post(path, data=BODY, headers=headers)
    if answer.status_code != 202:
        sys.exit(f"A purchase was refused: {answer.get_data(as_text=True)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often the kinds take turns")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each turn lasts")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
