"""Crash of a process at each boundary between two stores."""

from pathlib import Path
from uuid import UUID

import pytest

from shop.jobs.invariant import VerifyInvariantsJob
from shop.jobs.stock import SyncStockJob
from shop.services.invariant import InvariantResult
from tests.chaos.harness.crash_points import POINTS, CrashPoint
from tests.chaos.harness.crash_scenarios import SCENARIOS, repairs, returned
from tests.http.support.shop import Shop
from tests.purchase.support.buyer_load import BuyerLoad
from tests.support.polling import wait_for
from tests.support.processes import process_groups as groups

STOCK = 100_000
REACHED_SECONDS = 15.0
PAUSE_SECONDS = 0.03
# A withdrawal takes units from Redis first: a crash then leaves Redis too low, which only the reconciliation detects.
# Where a scenario edits a store, the scheduled reconciliation may run before the drain detects the difference.
MAY_NEED_REPAIR = {"withdraw", "drift", "age"}


@pytest.fixture
def buyer_load(shop: Shop) -> BuyerLoad:
    """Buyers of one item that retry without end."""
    return BuyerLoad(shop, [shop.offer(stock=STOCK)], PAUSE_SECONDS)


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_a_crash_neither_loses_nor_duplicates_orders(
    shop: Shop, buyer_load: BuyerLoad, point: CrashPoint, tmp_path: Path
) -> None:
    with buyer_load.running(), SCENARIOS[point.scenario](shop, buyer_load, point.process):
        start_and_await_crash(shop, point, tmp_path / "mark")
        shop.service.start(point.process)

    assert buyer_load.abandoned == []
    assert_guarantees(shop, buyer_load)
    assert repairs(shop, buyer_load) == 0 or point.scenario in MAY_NEED_REPAIR


def start_and_await_crash(shop: Shop, point: CrashPoint, mark: Path) -> None:
    """Start the process with the crash point and wait for the crash.

    Fails when the point is not reached.
    """
    shop.service.env |= {"SHOP_TEST_CRASH": point.location, "SHOP_TEST_CRASH_MARK": str(mark)}
    try:
        shop.service.start(point.process)
    finally:
        shop.service.env = {name: text for name, text in shop.service.env.items() if "SHOP_TEST" not in name}
    process = shop.service.process(point.process)
    reached = wait_for(lambda: mark.exists() and mark.read_text() != "", REACHED_SECONDS)
    assert reached, f"{point.location} was not reached:\n{process.output[-4000:]}"
    crashed_pid = int(mark.read_text())
    assert wait_for(lambda: crashed_pid not in groups.find_members(process.pid), 5.0), "The process is still alive."
    # The crashed process is the started one, or a worker of a supervisor.
    assert wait_for(lambda: process.returncode == -9 or crashed_pid != process.pid, 5.0), process.returncode
    process.kill()


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
