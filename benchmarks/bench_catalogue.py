"""`make bench-catalogue`: an item and a page of items, warm and as the database says them, held against a bare route.

The kinds take turns request by request on one server, so that whatever else the machine does troubles all of them:
trust the ratios.
"""

import http.client
from collections.abc import Callable, Mapping
from statistics import median

from benchmarks.bench_idempotency_keys import Asker
from benchmarks.load.accounts import Accounts
from benchmarks.load.http_client import Client
from benchmarks.load.interleaved_rounds import options, take_turns
from benchmarks.load.sale_setup import offer, sign_in, wait_for
from benchmarks.targets.databases import open_databases
from benchmarks.targets.temporary_shop import Shop, free_port, open_shop, stop, wait_until_ready

ITEMS = 15
PIECES = 1_000_000
BARE = "bare route"


def main() -> None:
    """Print the medians of each kind, and how many requests a second it makes of the bare route's one."""
    said = options(__doc__, rounds=9)
    with open_databases() as databases, open_shop(database_url=databases.ours) as shop:
        print(f"{ITEMS} items a page, on {databases.what}", flush=True)
        bind = f"127.0.0.1:{free_port()}"
        process = shop.start("benchmarks.targets.uncached_catalogue", SHOP_BIND=bind)
        try:
            wait_until_ready(shop, bind, process)
            kinds = _kinds(shop, bind)
            turns = take_turns(kinds, dict.fromkeys(kinds, BARE), said)
        finally:
            stop(process)
    turns.print_times(width=20)
    for name, ratio in turns.ratios.items():
        print(f"{f'requests a second, {name} / {BARE}':<52}{1 / median(ratio):.2f}")


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


if __name__ == "__main__":
    main()
