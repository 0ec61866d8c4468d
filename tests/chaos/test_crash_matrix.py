"""A process dies at each boundary between two stores: what was promised is kept, once."""

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

PIECES = 100_000
REACHED_SECONDS = 15.0
PAUSE_SECONDS = 0.03
# Pieces are taken from Redis first: dying then leaves it too low, which only the reconciliation can see. And where an
# act edits a store by hand, its next minute may come before the drain finds out.
MAY_NEED_REPAIR = {"withdraw", "drift", "age"}


@pytest.fixture
def buyer_load(shop: Shop) -> BuyerLoad:
    """Buyers of one item, who do not give up."""
    return BuyerLoad(shop, [shop.offer(stock=PIECES)], PAUSE_SECONDS)


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_a_crash_neither_loses_nor_duplicates_orders(
    shop: Shop, buyer_load: BuyerLoad, point: CrashPoint, tmp_path: Path
) -> None:
    with buyer_load.running(), SCENARIOS[point.scenario](shop, buyer_load, point.process):
        start_and_see_it_die(shop, point, tmp_path / "mark")
        shop.service.start(point.process)

    assert buyer_load.abandoned == []
    assert_kept(shop, buyer_load)
    assert repairs(shop, buyer_load) == 0 or point.scenario in MAY_NEED_REPAIR


def start_and_see_it_die(shop: Shop, point: CrashPoint, mark: Path) -> None:
    """Start the process with the point armed; a point that is never reached proves nothing, and fails."""
    shop.service.env |= {"SHOP_TEST_CRASH": point.location, "SHOP_TEST_CRASH_MARK": str(mark)}
    try:
        shop.service.start(point.process)
    finally:
        shop.service.env = {name: text for name, text in shop.service.env.items() if "SHOP_TEST" not in name}
    process = shop.service.process(point.process)
    reached = wait_for(lambda: mark.exists() and mark.read_text() != "", REACHED_SECONDS)
    assert reached, f"{point.location} was not reached:\n{process.output[-4000:]}"
    victim = int(mark.read_text())
    assert wait_for(lambda: victim not in groups.find_members(process.pid), 5.0), "It lives."
    # The pid is that of the process we started, unless that one only watches over its workers.
    assert wait_for(lambda: process.returncode == -9 or victim != process.pid, 5.0), process.returncode
    process.kill()


def assert_kept(shop: Shop, storm: BuyerLoad) -> None:
    """Each purchase has exactly one order, and the books are right."""
    (item,), orders = storm.items, list(storm.order_ids.values())
    assert len(orders) == len(set(orders)) > 0
    shop.wait_until_written(item, len(orders))
    shop.wait_until_quiet(item)
    # What the schedule asks for every minute: finish the repairs, deliver what got lost on its way.
    shop.container.get(SyncStockJob).run()
    left = PIECES - len(orders) + sum(returned(shop, storm, reason) for reason in ("return", "adjustment"))
    assert shop.query_value("SELECT stock FROM items WHERE id = %s", item) == left
    assert shop.gate(item)["avail"] == str(left)
    assert [verdict for verdict in verdicts(shop, orders) if verdict.problems] == []


def verdicts(shop: Shop, orders: list[str]) -> list[InvariantResult]:
    """What `flask shop verify` finds, without a process for it."""
    return shop.container.get(VerifyInvariantsJob).run({UUID(order_id) for order_id in orders})
