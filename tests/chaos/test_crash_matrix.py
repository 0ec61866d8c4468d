"""A process dies at each boundary between two stores: what was promised is kept, once."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from shop.core.model import DEFAULT_TENANT
from shop.jobs.audit import VerifyAuditJob
from shop.services.audit import Verdict
from tests.chaos.points import POINTS, Point
from tests.http.shop import Shop
from tests.purchase.storm import Storm
from tests.support import groups
from tests.support.polling import eventually, happens

PIECES, WAITING = 100_000, 10
REACHED_SECONDS = 15.0
PAUSE_SECONDS = 0.03


def buy(_shop: Shop, _storm: Storm) -> None:
    """Nothing but the storm."""


def load(shop: Shop, storm: Storm) -> None:
    """Close the gate while orders wait; whoever wants to buy asks for the load."""
    eventually(lambda: len(storm.promised) >= WAITING)
    shop.stock.claim(DEFAULT_TENANT, storm.items[0], "nobody opens with this token")


def age(shop: Shop, storm: Storm) -> None:
    """Let orders wait under an epoch that the database has left."""
    eventually(lambda: len(storm.promised) >= WAITING)
    shop.ask("UPDATE items SET epoch = epoch + 1 WHERE id = %s", storm.items[0])


ACTS: dict[str, Callable[[Shop, Storm], None]] = {"buy": buy, "load": load, "age": age}


@pytest.fixture
def storm(shop: Shop) -> Storm:
    """Buyers of one item, who do not give up."""
    return Storm(shop, [shop.offer(stock=PIECES)], PAUSE_SECONDS)


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_a_crash_loses_and_doubles_nothing(shop: Shop, storm: Storm, point: Point, tmp_path: Path) -> None:
    shop.service.kill(point.process)
    with storm.blowing():
        ACTS[point.act](shop, storm)
        start_and_see_it_die(shop, point, tmp_path / "mark")
        shop.service.start(point.process)

    assert storm.gave_up == []
    assert_kept(shop, storm)


def start_and_see_it_die(shop: Shop, point: Point, mark: Path) -> None:
    """Start the process with the point armed; a point that is never reached proves nothing, and fails."""
    shop.service.env |= {"SHOP_TEST_CRASH": point.where, "SHOP_TEST_CRASH_MARK": str(mark)}
    try:
        shop.service.start(point.process)
    finally:
        shop.service.env = {name: text for name, text in shop.service.env.items() if "SHOP_TEST" not in name}
    process = shop.service.process(point.process)
    reached = happens(lambda: mark.exists() and mark.read_text() != "", REACHED_SECONDS)
    assert reached, f"{point.where} was not reached:\n{process.output[-4000:]}"
    victim = int(mark.read_text())
    assert happens(lambda: victim not in groups.members(process.pid), 5.0), "It lives."
    # The pid is that of the process we started, unless that one only watches over its workers.
    assert happens(lambda: process.returncode == -9 or victim != process.pid, 5.0), process.returncode
    process.kill()


def assert_kept(shop: Shop, storm: Storm) -> None:
    """Each purchase has exactly one order, and the books are right."""
    (item,), orders = storm.items, list(storm.promised.values())
    assert len(orders) == len(set(orders)) > 0
    shop.wait_until_written(item, len(orders))
    shop.wait_until_quiet(item)
    assert shop.item(item)["stock"] == PIECES - len(orders)
    broken = [verdict for verdict in verdicts(shop, orders) if verdict.problems]
    assert broken == []


def verdicts(shop: Shop, orders: list[str]) -> list[Verdict]:
    """What `flask shop verify` finds, without a process for it."""
    return shop.container.get(VerifyAuditJob).run({UUID(order_id) for order_id in orders})
