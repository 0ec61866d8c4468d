"""What can never be written is set aside: it keeps nobody, and an operator decides about it."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import DrainStockJob
from tests.purchase.support.in_process_shop import Indoors, data_of
from tests.purchase.test_drains import assert_right, begin_epoch_without_draining, killed_at, status

Letters = Callable[..., Result]


@pytest.fixture
def letters(indoors: Indoors) -> Letters:
    """`flask shop dead-letters`."""
    return lambda *words: indoors.cli("dead-letters", *words)


def buy_impossibly(indoors: Indoors, item: int, token: str, quantity: int = 1) -> str:
    """An order whose currency does not fit its column."""
    indoors.edit(item, currency="EUROS")
    order = indoors.buy(item, token, quantity)
    indoors.edit(item, currency="EUR")
    return order


def names(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [line.split()[0] for line in result.stdout.splitlines() if not line.startswith(" ")]


def voids(indoors: Indoors) -> list[Any]:
    return [ref for (ref,) in indoors.rows("SELECT ref FROM stock_ledger WHERE reason = 'void' ORDER BY id")]


def widen(indoors: Indoors, width: int) -> None:
    """Repair the cause, or bring it back."""
    with indoors.database.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE orders MODIFY currency VARCHAR({width}) NOT NULL")


@pytest.fixture
def repaired(indoors: Indoors) -> Any:
    """Make room in the column, for the length of the test."""
    yield lambda: widen(indoors, 5)
    with indoors.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM orders WHERE LENGTH(currency) > 3")
    widen(indoors, 3)


def test_an_order_the_database_refuses_does_not_keep_the_others(indoors: Indoors, letters: Letters) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    before, bad, after = indoors.buy(item, token), buy_impossibly(indoors, item, token, 2), indoors.buy(item, token)

    indoors.drain(item)

    assert [status(indoors, order, token) for order in (before, bad, after)] == ["confirmed", "pending", "confirmed"]
    gate = indoors.gate(item)
    assert (gate["avail"], gate["pend"]) == ("6", "2")
    assert voids(indoors) == [f"{item}:1:2"]
    assert f"{bad}|" in letters().output
    assert "currency" in letters().output
    assert indoors.sync() == []


def test_an_entry_that_cannot_be_read_does_not_keep_the_others(indoors: Indoors, letters: Letters) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    for fields in ({"r": "what|is|this"}, {"x": "y"}):
        indoors.redis.xadd(indoors.key(item, "outbox"), fields)
    order = indoors.buy(item, token)

    indoors.drain(item)

    assert status(indoors, order, token) == "confirmed"
    assert_right(indoors, item, left=9)
    first, second = names(letters())
    assert "what|is|this" in letters().output
    assert letters("--replay", first).exit_code == 1
    assert names(letters("--discard", first)) == [second]
    assert names(letters("--discard", second)) == []


def test_an_order_of_an_item_without_a_row_does_not_keep_the_others(indoors: Indoors, letters: Letters) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    gone, order = indoors.buy(item, token), indoors.buy(item, token)
    entries = indoors.key(item, "outbox")
    (entry_id, fields), *_ = indoors.redis.xrange(entries)
    indoors.redis.xadd(entries, {"r": fields["r"].replace(f"|{DEFAULT_TENANT}|{item}|", f"|{DEFAULT_TENANT}|999999|")})
    indoors.redis.xdel(entries, entry_id)

    indoors.drain(item)

    assert status(indoors, order, token) == "confirmed"
    assert status(indoors, gone, token) == "pending"
    assert "Its item does not exist." in letters().output


def test_a_promise_set_aside_is_not_cancelled_but_waited_for(indoors: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.services.stock_ledger.CANCEL_WAIT_SECONDS", 0.05)
    item, token = indoors.offer(stock=10), indoors.buyer()
    order = buy_impossibly(indoors, item, token)
    indoors.drain(item)

    data_of(indoors.cancel(order, token), 409403)


def test_a_replay_writes_it_once_its_cause_is_repaired(indoors: Indoors, letters: Letters, repaired: Any) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    order = buy_impossibly(indoors, item, token, 2)
    indoors.drain(item)
    (name,) = names(letters())

    assert names(letters("--replay", name)) == []
    indoors.drain(item)
    (name,) = names(letters())  # its cause was not repaired
    repaired()
    letters("--replay", name)
    indoors.drain(item)

    assert (status(indoors, order, token), names(letters())) == ("confirmed", [])
    assert voids(indoors) == [f"{item}:1:1", f"{item}:1:2"]
    assert_right(indoors, item, left=8)


def test_a_replay_in_a_later_epoch_is_counted_anew(indoors: Indoors, letters: Letters, repaired: Any) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    order = buy_impossibly(indoors, item, token, 2)
    indoors.drain(item)
    begin_epoch_without_draining(indoors, item)
    repaired()

    letters("--replay", *names(letters()))
    indoors.drain(item)
    indoors.drain(item)

    assert status(indoors, order, token) == "confirmed"
    assert_right(indoors, item, left=8)


@pytest.mark.parametrize("later", [False, True])
def test_a_discard_rejects_the_order_and_its_pieces_go_back(indoors: Indoors, letters: Letters, *, later: bool) -> None:
    item, token = indoors.offer(stock=10, max_per_user=2), indoors.buyer()
    order = buy_impossibly(indoors, item, token, 2)
    indoors.drain(item)
    if later:
        begin_epoch_without_draining(indoors, item)

    assert names(letters("--discard", *names(letters()))) == []

    assert status(indoors, order, token) == "rejected"
    assert_right(indoors, item, left=10, broken={12})
    indoors.own(item, token, 2)
    assert_right(indoors, item, left=8, broken={12})


def test_only_what_is_there_is_replayed_or_discarded(letters: Letters) -> None:
    for deed in ("--replay", "--discard"):
        result = letters(deed, "3/1-0")
        assert result.exit_code == 1
        assert "3/1-0" in result.output


def test_a_drain_that_comes_late_sets_nothing_aside_that_another_one_wrote(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    bad, good = buy_impossibly(indoors, item, token), indoors.buy(item, token)
    really = DrainStockJob.set_aside

    def set_aside_late(job: DrainStockJob, *words: Any) -> None:
        monkeypatch.setattr(DrainStockJob, "set_aside", really)
        really(job, *words)
        really(job, *words)

    monkeypatch.setattr(DrainStockJob, "set_aside", set_aside_late)
    indoors.drain(item)

    assert [status(indoors, order, token) for order in (bad, good)] == ["pending", "confirmed"]
    assert voids(indoors) == [f"{item}:1:1"]


def test_what_was_written_meanwhile_is_not_set_aside(indoors: Indoors, letters: Letters) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    order = indoors.buy(item, token)
    with killed_at("after_commit", indoors):
        indoors.drain(item)
    number = indoors.stock.partition(DEFAULT_TENANT, item)
    (entry,) = indoors.stock.entries(number).entries

    indoors.container.get(DrainStockJob).set_aside(number, entry.entry_id, "It is late.")

    assert names(letters()) == voids(indoors) == []
    indoors.drain(item)
    assert status(indoors, order, token) == "confirmed"
    assert_right(indoors, item, left=9)
