"""Benchmark of an item and a page of items (`make bench-catalogue`).

Compares cached and uncached responses with a bare route. The kinds of requests alternate on one server, so that other
load on the machine slows all of them: trust the ratios.
"""

import http.client
from collections.abc import Mapping

from benchmarks.load.accounts import AccountFactory
from benchmarks.load.http_client import JsonClient
from benchmarks.load.interleaved_rounds import OPTIONS, TimedCall, run_rounds
from benchmarks.load.options import parse_options
from benchmarks.load.request_timer import RequestTimer
from benchmarks.load.sale_setup import create_item, sign_in_admin, wait_until_open
from benchmarks.report.round_table import print_results
from benchmarks.targets.databases import build_database_settings, create_databases
from benchmarks.targets.temporary_shop import TemporaryShop, run_shop
from benchmarks.targets.web_server import run_web_server

ITEMS = 15
PIECES = 1_000_000
BARE = "bare route"


def main() -> None:
    """Print percentiles, and requests per second relative to the bare route."""
    options = parse_options(__doc__, rounds=(9, "number of rounds"), **OPTIONS)
    with create_databases() as databases, run_shop(**build_database_settings(databases.script_url)) as shop:
        print(f"{ITEMS} items a page, on {databases.description}", flush=True)
        with run_web_server(shop, "benchmarks.targets.uncached_catalogue") as server:
            calls = _build_calls(shop, server.bind)
            baselines = dict.fromkeys(calls, BARE)
            results = run_rounds(calls, baselines, options)
    print_results(results, baselines, as_rates=True)


def _build_calls(shop: TemporaryShop, bind: str) -> Mapping[str, TimedCall]:
    admin_token = sign_in_admin(shop)
    items = [create_item(shop, PIECES, admin_token) for _ in range(ITEMS)]
    _open_sales(shop, items)
    item = f"/api/v1/items/{items[0]}"
    paths = {
        BARE: "/bare",
        "item, constant": f"/same/{items[0]}",
        "item, cached": item,
        "item, uncached": f"/uncached/{items[0]}",
        "page, cached": "/api/v1/items",
        "page, uncached": "/uncached",
    }
    timers = {name: RequestTimer(bind, path) for name, path in paths.items()}
    # The stock stays as it is, and so does the ETag: only sales change the stock, and all of them are made.
    timers["item, 304"] = RequestTimer(bind, item, status=304)
    timers["item, 304"].headers["If-None-Match"] = _fetch_etag(bind, item)
    return {name: timer.send for name, timer in timers.items()}


def _open_sales(shop: TemporaryShop, items: list[int]) -> None:
    (token,) = AccountFactory.from_container(shop.create_container()).create_buyers(1)
    with JsonClient(shop.bind, token) as buyer:
        for item_id in items:
            wait_until_open(buyer, item_id)


def _fetch_etag(bind: str, path: str) -> str:
    connection = http.client.HTTPConnection(bind, timeout=30)
    connection.request("GET", path)
    etag = connection.getresponse().headers["ETag"]
    connection.close()
    return str(etag)


if __name__ == "__main__":
    main()
