"""One purchase seen from inside: what it asks the stores, and where its processor time goes."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.load.load_generator import post
from benchmarks.load.scenario_runner import BODY, Bench
from benchmarks.load.scenarios import PURCHASE, Goods
from benchmarks.load.shop_context import patient
from benchmarks.report.profiler import ask, sampling
from benchmarks.targets.resource_usage import counting
from shop.app import create_app
from shop.core.database import Database

COUNTED = 500
SAMPLED = 4000


@dataclass(frozen=True)
class Inside:
    """Of one purchase: SQL statements, Redis round trips, and the share of each part of the web's work."""

    statements: float
    round_trips: float
    shares: Mapping[str, float]


def look_inside(bench: Bench) -> Inside:
    """Buy in an app in this process, with the script."""
    stand = bench.stands["script"]
    app = create_app(patient(bench.site.shops["script"]))
    request = post(PURCHASE.format(stand.items[Goods.HOT][0]), stand.tokens[0], BODY)
    _buy(app, request, 1)
    with counting(app.extensions["shop"].get(Database).engine) as count:
        _buy(app, request, COUNTED)
    with sampling() as samples:
        _buy(app, request, SAMPLED)
    bench.accepted["script"] += 1 + COUNTED + SAMPLED
    bench.wait_until_drained("script")
    return Inside(count.statements / COUNTED, count.round_trips / COUNTED, samples.shares())


def _buy(app: object, request: bytes, times: int) -> None:
    for _ in range(times):
        status = ask(app, request)
        if not status.startswith("202"):
            sys.exit(f"A purchase was refused: {status}")
