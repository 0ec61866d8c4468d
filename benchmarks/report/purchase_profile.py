"""Profile of one purchase: store calls and CPU time by part."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.load.connection import build_post
from benchmarks.load.scenario_runner import ScenarioRunner
from benchmarks.load.scenarios import PURCHASE_BODY, PURCHASE_PATH, ItemSet
from benchmarks.load.shop_context import load_patient_settings
from benchmarks.report.profiler import call_wsgi, sample_cpu
from benchmarks.report.store_calls import count_store_calls
from shop.app import create_app
from shop.core.database.engine import Database

COUNTED_PURCHASES = 500
SAMPLED_PURCHASES = 4000


@dataclass(frozen=True)
class PurchaseProfile:
    """Store calls of one purchase, and shares of CPU time by part."""

    statements: float
    round_trips: float
    shares: Mapping[str, float]


def profile_purchase(runner: ScenarioRunner) -> PurchaseProfile:
    """Buy with strategy `script`, in an app in this process."""
    context = runner.contexts["script"]
    app = create_app(load_patient_settings(runner.deployment.shops["script"]))
    path = PURCHASE_PATH.format(context.items[ItemSet.HOT][0])
    request = build_post(path, context.buyer_tokens[0], PURCHASE_BODY)
    _buy(app, request, 1)
    with count_store_calls(app.extensions["shop"].get(Database).engine) as calls:
        _buy(app, request, COUNTED_PURCHASES)
    with sample_cpu() as samples:
        _buy(app, request, SAMPLED_PURCHASES)
    runner.accepted["script"] += 1 + COUNTED_PURCHASES + SAMPLED_PURCHASES
    runner.wait_until_drained("script")
    statements, round_trips = (count / COUNTED_PURCHASES for count in (calls.statements, calls.round_trips))
    return PurchaseProfile(statements, round_trips, samples.compute_shares())


def _buy(app: object, request: bytes, times: int) -> None:
    for _ in range(times):
        status = call_wsgi(app, request)
        if not status.startswith("202"):
            sys.exit(f"A purchase was refused: {status}")
