"""Crash of a process at each boundary between two stores."""

from pathlib import Path
from uuid import UUID

import pytest

from shop.jobs.invariant import VerifyInvariantsJob
from shop.jobs.stock import SyncStockJob
from shop.services.invariant import InvariantResult
from tests.chaos.edits.sale_scenarios import SALE_SCENARIOS
from tests.chaos.harness.crash_points import POINTS, CrashPoint
from tests.chaos.harness.crash_scenarios import SCENARIOS, repairs, returned
from tests.chaos.harness.crash_trap import CrashTrap, armed
from tests.http.support.shop import Shop
from tests.purchase.support.buyer_load import BuyerLoad
from tests.support.samples import sample

ALL_SCENARIOS = {**SCENARIOS, **SALE_SCENARIOS}
STOCK = 100_000
PAUSE_SECONDS = 0.03
# Each process in each scenario; the whole matrix with SHOP_TEST_ALL=1.
SAMPLED = dict(sample(list(POINTS.items()), 18, key=lambda named: (named[1].process, named[1].scenario)))
# A withdrawal takes units from Redis first: a crash then leaves Redis too low, which only the reconciliation detects.
# Where a scenario edits a store, the scheduled reconciliation may run before the drain detects the difference.
MAY_NEED_REPAIR = {"withdraw", "drift", "age"}


@pytest.fixture
def buyer_load(shop: Shop) -> BuyerLoad:
    """Buyers of one item that retry without end."""
    return BuyerLoad(shop, [shop.offer(stock=STOCK)], PAUSE_SECONDS)


@pytest.mark.parametrize("point", SAMPLED.values(), ids=SAMPLED)
def test_a_crash_neither_loses_nor_duplicates_orders(
    shop: Shop, buyer_load: BuyerLoad, point: CrashPoint, tmp_path: Path
) -> None:
    trap = CrashTrap(shop, point.process, point.location, tmp_path / "mark")
    with armed(shop, trap), buyer_load.running(), ALL_SCENARIOS[point.scenario](shop, buyer_load, trap):
        trap.wait_for_crash()
        trap.revive()

    assert buyer_load.abandoned == []
    assert_guarantees(shop, buyer_load)
    assert repairs(shop, buyer_load) == 0 or point.scenario in MAY_NEED_REPAIR


def assert_guarantees(shop: Shop, buyer_load: BuyerLoad) -> None:
    """Assert one order for each purchase, and correct stock in both stores."""
    (item,), orders = buyer_load.items, list(buyer_load.order_ids.values())
    assert len(orders) == len(set(orders)) > 0
    shop.wait_until_written(item, len(orders))
    shop.wait_until_quiet(item)
    # The scheduled job of every minute: finish repairs and apply missing adjustments.
    shop.container.get(SyncStockJob).run()
    expected_stock = (
        STOCK - len(orders) + sum(returned(shop, buyer_load, reason) for reason in ("return", "adjustment"))
    )
    assert shop.query_value("SELECT stock FROM items WHERE id = %s", item) == expected_stock
    assert shop.gate(item)["avail"] == str(expected_stock)
    assert [result for result in check_invariants(shop, orders) if result.problems] == []


def check_invariants(shop: Shop, orders: list[str]) -> list[InvariantResult]:
    """Run the checks of `flask shop verify` in this process."""
    return shop.container.get(VerifyInvariantsJob).run({UUID(order_id) for order_id in orders})
