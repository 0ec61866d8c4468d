"""What can never be written is set aside: it keeps nobody, and an operator decides about it."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import DrainStockJob
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.purchase.test_drains import assert_right, begin_epoch_without_draining, killed_at, status

Letters = Callable[..., Result]


@pytest.fixture
def run_dead_letters(in_process_shop: InProcessShop) -> Letters:
    """`flask shop dead-letters`."""
    return lambda *words: in_process_shop.cli("dead-letters", *words)


def buy_impossibly(indoors: InProcessShop, item: int, token: str, quantity: int = 1) -> str:
    """An order whose currency does not fit its column."""
    indoors.set_gate_fields(item, currency="EUROS")
    order = indoors.buy(item, token, quantity)
    indoors.set_gate_fields(item, currency="EUR")
    return order


def names(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [line.split()[0] for line in result.stdout.splitlines() if not line.startswith(" ")]


def voids(indoors: InProcessShop) -> list[Any]:
    return [ref for (ref,) in indoors.rows("SELECT ref FROM stock_ledger WHERE reason = 'void' ORDER BY id")]


def widen(indoors: InProcessShop, width: int) -> None:
    """Repair the cause, or bring it back."""
    with indoors.database.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE orders MODIFY currency VARCHAR({width}) NOT NULL")


@pytest.fixture
def repaired_shop(in_process_shop: InProcessShop) -> Any:
    """Make room in the column, for the length of the test."""
    yield lambda: widen(in_process_shop, 5)
    with in_process_shop.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM orders WHERE LENGTH(currency) > 3")
    widen(in_process_shop, 3)


def test_an_order_the_database_refuses_does_not_keep_the_others(
    in_process_shop: InProcessShop, run_dead_letters: Letters
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    before, bad, after = (
        in_process_shop.buy(item, token),
        buy_impossibly(in_process_shop, item, token, 2),
        in_process_shop.buy(item, token),
    )

    in_process_shop.drain(item)

    assert [status(in_process_shop, order, token) for order in (before, bad, after)] == [
        "confirmed",
        "pending",
        "confirmed",
    ]
    gate = in_process_shop.gate(item)
    assert (gate["avail"], gate["pend"]) == ("6", "2")
    assert voids(in_process_shop) == [f"{item}:1:2"]
    assert f"{bad}|" in run_dead_letters().output
    assert "currency" in run_dead_letters().output
    assert in_process_shop.reconcile() == []


def test_an_entry_that_cannot_be_read_does_not_keep_the_others(
    in_process_shop: InProcessShop, run_dead_letters: Letters
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    for fields in ({"r": "what|is|this"}, {"x": "y"}):
        in_process_shop.redis.xadd(in_process_shop.partition_key(item, "outbox"), fields)
    order = in_process_shop.buy(item, token)

    in_process_shop.drain(item)

    assert status(in_process_shop, order, token) == "confirmed"
    assert_right(in_process_shop, item, left=9)
    first, second = names(run_dead_letters())
    assert "what|is|this" in run_dead_letters().output
    assert run_dead_letters("--replay", first).exit_code == 1
    assert names(run_dead_letters("--discard", first)) == [second]
    assert names(run_dead_letters("--discard", second)) == []


def test_an_order_of_an_item_without_a_row_does_not_keep_the_others(
    in_process_shop: InProcessShop, run_dead_letters: Letters
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    gone, order = in_process_shop.buy(item, token), in_process_shop.buy(item, token)
    entries = in_process_shop.partition_key(item, "outbox")
    (entry_id, fields), *_ = in_process_shop.redis.xrange(entries)
    in_process_shop.redis.xadd(
        entries, {"r": fields["r"].replace(f"|{DEFAULT_TENANT}|{item}|", f"|{DEFAULT_TENANT}|999999|")}
    )
    in_process_shop.redis.xdel(entries, entry_id)

    in_process_shop.drain(item)

    assert status(in_process_shop, order, token) == "confirmed"
    assert status(in_process_shop, gone, token) == "pending"
    assert "Its item does not exist." in run_dead_letters().output


def test_a_promise_set_aside_is_not_cancelled_but_waited_for(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.services.stock_ledger.CANCEL_WAIT_SECONDS", 0.05)
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = buy_impossibly(in_process_shop, item, token)
    in_process_shop.drain(item)

    data_of(in_process_shop.cancel(order, token), 409403)


def test_a_replay_writes_it_once_its_cause_is_repaired(
    in_process_shop: InProcessShop, run_dead_letters: Letters, repaired_shop: Any
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = buy_impossibly(in_process_shop, item, token, 2)
    in_process_shop.drain(item)
    (name,) = names(run_dead_letters())

    assert names(run_dead_letters("--replay", name)) == []
    in_process_shop.drain(item)
    (name,) = names(run_dead_letters())  # its cause was not repaired
    repaired_shop()
    run_dead_letters("--replay", name)
    in_process_shop.drain(item)

    assert (status(in_process_shop, order, token), names(run_dead_letters())) == ("confirmed", [])
    assert voids(in_process_shop) == [f"{item}:1:1", f"{item}:1:2"]
    assert_right(in_process_shop, item, left=8)


def test_a_replay_in_a_later_epoch_is_counted_anew(
    in_process_shop: InProcessShop, run_dead_letters: Letters, repaired_shop: Any
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = buy_impossibly(in_process_shop, item, token, 2)
    in_process_shop.drain(item)
    begin_epoch_without_draining(in_process_shop, item)
    repaired_shop()

    run_dead_letters("--replay", *names(run_dead_letters()))
    in_process_shop.drain(item)
    in_process_shop.drain(item)

    assert status(in_process_shop, order, token) == "confirmed"
    assert_right(in_process_shop, item, left=8)


@pytest.mark.parametrize("later", [False, True])
def test_a_discard_rejects_the_order_and_its_pieces_go_back(
    in_process_shop: InProcessShop, run_dead_letters: Letters, *, later: bool
) -> None:
    item, token = in_process_shop.offer(stock=10, max_per_user=2), in_process_shop.buyer()
    order = buy_impossibly(in_process_shop, item, token, 2)
    in_process_shop.drain(item)
    if later:
        begin_epoch_without_draining(in_process_shop, item)

    assert names(run_dead_letters("--discard", *names(run_dead_letters()))) == []

    assert status(in_process_shop, order, token) == "rejected"
    assert_right(in_process_shop, item, left=10, broken={12})
    in_process_shop.buy_and_write(item, token, 2)
    assert_right(in_process_shop, item, left=8, broken={12})


def test_only_what_is_there_is_replayed_or_discarded(run_dead_letters: Letters) -> None:
    for deed in ("--replay", "--discard"):
        result = run_dead_letters(deed, "3/1-0")
        assert result.exit_code == 1
        assert "3/1-0" in result.output


def test_a_drain_that_comes_late_sets_nothing_aside_that_another_one_wrote(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    bad, good = buy_impossibly(in_process_shop, item, token), in_process_shop.buy(item, token)
    really = DrainStockJob.dead_letter

    def set_aside_late(job: DrainStockJob, *words: Any) -> None:
        monkeypatch.setattr(DrainStockJob, "dead_letter", really)
        really(job, *words)
        really(job, *words)

    monkeypatch.setattr(DrainStockJob, "dead_letter", set_aside_late)
    in_process_shop.drain(item)

    assert [status(in_process_shop, order, token) for order in (bad, good)] == ["pending", "confirmed"]
    assert voids(in_process_shop) == [f"{item}:1:1"]


def test_what_was_written_meanwhile_is_not_set_aside(in_process_shop: InProcessShop, run_dead_letters: Letters) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = in_process_shop.buy(item, token)
    with killed_at("after_commit", in_process_shop):
        in_process_shop.drain(item)
    number = in_process_shop.stock.partition(DEFAULT_TENANT, item)
    (entry,) = in_process_shop.stock.entries(number).entries

    in_process_shop.container.get(DrainStockJob).dead_letter(number, entry.entry_id, "It is late.")

    assert names(run_dead_letters()) == voids(in_process_shop) == []
    in_process_shop.drain(item)
    assert status(in_process_shop, order, token) == "confirmed"
    assert_right(in_process_shop, item, left=9)
