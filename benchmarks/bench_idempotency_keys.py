"""Benchmark of the cost of an idempotency key (`make bench-keys`).

Measures a write and a purchase with and without a key. The kinds of requests alternate, so that other load on the
machine slows all of them: trust the ratios.
"""

import os
from collections.abc import Mapping
from uuid import uuid4

from benchmarks.load.interleaved_rounds import OPTIONS, TimedCall, run_rounds
from benchmarks.load.options import parse_options
from benchmarks.load.request_timer import RequestTimer
from benchmarks.load.sale_setup import open_sale, sign_in_admin
from benchmarks.load.scenarios import PURCHASE_BODY, PURCHASE_PATH
from benchmarks.report.round_table import print_results
from benchmarks.targets.databases import build_database_settings
from benchmarks.targets.temporary_shop import TemporaryShop, run_shop

BASELINES = {"keyed write": "write", "replayed write": "write", "keyed purchase": "purchase"}


def main() -> None:
    """Print percentiles, and ratios of time with and without a key."""
    options = parse_options(__doc__, rounds=(5, "number of rounds"), **OPTIONS)
    settings = build_database_settings(os.environ.get("SHOP_DATABASE_URL", ""))
    with run_shop(idempotency_required="false", **settings) as shop:
        results = run_rounds(_build_calls(shop), BASELINES, options)
    print_results(results, BASELINES)


def _build_calls(shop: TemporaryShop) -> Mapping[str, TimedCall]:
    item_id, (token,) = open_sale(shop)
    write = RequestTimer(shop.bind, f"/api/v1/items/{item_id}/restore", sign_in_admin(shop), method="POST")
    purchase = RequestTimer(shop.bind, PURCHASE_PATH.format(item_id), token, PURCHASE_BODY, "POST")
    used_key = uuid4().hex
    write.send(used_key)
    return {
        "write": write.send,
        "keyed write": write.send_with_new_key,
        "replayed write": lambda: write.send(used_key),
        "purchase": purchase.send,
        "keyed purchase": purchase.send_with_new_key,
    }


if __name__ == "__main__":
    main()
