"""Benchmark of the cost of rate limits (`make bench-limits`).

Compares a server with limits and one without. Both share their stores and alternate request by request, so that other
load on the machine slows both: trust the ratios.
"""

import os

from benchmarks.load.interleaved_rounds import OPTIONS, TimedCall, run_rounds
from benchmarks.load.options import parse_options
from benchmarks.load.request_timer import RequestTimer
from benchmarks.load.sale_setup import open_sale
from benchmarks.load.scenarios import PURCHASE_BODY, PURCHASE_PATH
from benchmarks.report.round_table import print_results
from benchmarks.targets.databases import build_database_settings
from benchmarks.targets.temporary_shop import RATE_LIMITS, run_shop
from benchmarks.targets.web_server import SHOP_WEB, run_web_server

# Counted as any other, but never reached.
HIGH_LIMIT = "900000000/minute"


def main() -> None:
    """Print percentiles, and ratios of time with and without limits."""
    options = parse_options(__doc__, rounds=(9, "number of rounds"), **OPTIONS)
    settings = build_database_settings(os.environ.get("SHOP_DATABASE_URL", ""))
    limits = dict.fromkeys(RATE_LIMITS, HIGH_LIMIT)
    with run_shop(**settings) as shop, run_web_server(shop, *SHOP_WEB, **limits) as limited:
        item_id, (token,) = open_sale(shop)
        calls = _build_calls(shop.bind, item_id, token)
        limited_calls = _build_calls(limited.bind, item_id, token)
        baselines = {f"limited {name}": name for name in calls}
        both = calls | {f"limited {name}": call for name, call in limited_calls.items()}
        results = run_rounds(both, baselines, options)
    print_results(results, baselines)


def _build_calls(bind: str, item_id: int, token: str) -> dict[str, TimedCall]:
    purchase = RequestTimer(bind, PURCHASE_PATH.format(item_id), token, PURCHASE_BODY, "POST")
    return {
        "read": RequestTimer(bind, f"/api/v1/items/{item_id}", token).send,
        "unknown path": RequestTimer(bind, "/api/v1/nowhere", token, status=404).send,
        "purchase": purchase.send,
        "keyed purchase": purchase.send_with_new_key,
    }


if __name__ == "__main__":
    main()
