"""`make bench-catalogue`: an item and a page of items, warm and as the database says them, held against a bare route.

The kinds take turns request by request on one server, so that whatever else the machine does troubles all of them:
trust the ratios.
"""

import argparse
import http.client
from collections.abc import Callable, Mapping
from statistics import median

from benchmarks.accounts import Accounts
from benchmarks.client import Client
from benchmarks.databases import open_databases
from benchmarks.keys import WARM, Asker, measure
from benchmarks.sale import offer, sign_in, wait_for
from benchmarks.service import Shop, free_port, open_shop, stop, wait_until_ready
from benchmarks.table import percentile

ITEMS = 15
PIECES = 1_000_000
BARE = "bare route"


def main() -> None:
    """Print the medians of each kind, and how many requests a second it makes of the bare route's one."""
    options = _options()
    with open_databases() as databases, open_shop(database_url=databases.ours) as shop:
        print(f"{ITEMS} items a page, on {databases.what}", flush=True)
        bind = f"127.0.0.1:{free_port()}"
        process = shop.start("benchmarks.uncached", SHOP_BIND=bind)
        try:
            wait_until_ready(shop, bind, process)
            taken, ratios = _rounds(_kinds(shop, bind), options)
        finally:
            stop(process)
    print(f"{'kind':<20}{'p50 ms':>9}{'p99 ms':>9}{'of the bare route':>20}")
    for name, seconds in taken.items():
        ordered, rate = sorted(seconds), median(ratios[name])
        print(f"{name:<20}{percentile(ordered, 50) * 1000:>9.2f}{percentile(ordered, 99) * 1000:>9.2f}{rate:>20.2f}")


def _rounds(
    kinds: Mapping[str, Callable[[], float]], options: argparse.Namespace
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    measure(kinds, WARM, {name: [] for name in kinds})
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    ratios: dict[str, list[float]] = {name: [] for name in kinds}
    for number in range(options.rounds):
        once: dict[str, list[float]] = {name: [] for name in kinds}
        measure(kinds, options.requests, once, backwards=bool(number % 2))
        for name, seconds in once.items():
            taken[name] += seconds
            ratios[name].append(median(once[BARE]) / median(seconds))
    return taken, ratios


def _kinds(shop: Shop, bind: str) -> Mapping[str, Callable[[], float]]:
    admin, buyer = sign_in(shop), Accounts.of(shop.container()).sign_up(1)[0]
    items = [offer(shop, PIECES, admin) for _ in range(ITEMS)]
    for item_id in items:
        wait_for("accepted", Client(shop.bind, buyer), item_id, 1)
    item = f"/api/v1/items/{items[0]}"
    # Its stock stays as it is: what is in the sale moves by sales only, and all of them are made.
    known = _tag(bind, item)
    paths = {
        BARE: "/bare",
        "item, at hand": f"/same/{items[0]}",
        "item, warm": item,
        "item, uncached": f"/uncached/{items[0]}",
        "page, warm": "/api/v1/items",
        "page, uncached": "/uncached",
    }
    asked = {name: Asker(bind, path, "", None, "GET") for name, path in paths.items()}
    asked["item, 304"] = Asker(bind, item, "", None, "GET", 304)
    for asker in asked.values():
        # Nobody in particular asks; and one of them has the answer already.
        asker.headers.clear()
    asked["item, 304"].headers["If-None-Match"] = known
    return {name: asker.ask for name, asker in asked.items()}


def _tag(bind: str, path: str) -> str:
    connection = http.client.HTTPConnection(bind, timeout=30)
    connection.request("GET", path)
    tag = connection.getresponse().headers["ETag"]
    connection.close()
    return str(tag)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how often to measure")
    parser.add_argument("--requests", type=int, default=200, help="requests of each kind in a round")
    return parser.parse_args()


if __name__ == "__main__":
    main()
