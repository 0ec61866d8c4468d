"""Dead letters: entries that cannot be written do not block other orders."""

from typing import Any

import pytest

from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import DrainStockJob
from tests.purchase.support.dead_letters import Letters, buy_impossibly, names, voids
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.purchase.test_drains import assert_right, killed_at, status


def test_an_order_refused_by_the_database_does_not_block_other_orders(
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


def test_an_unreadable_entry_does_not_block_other_orders(
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


def test_an_order_of_a_missing_item_does_not_block_other_orders(
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


def test_the_order_of_a_dead_letter_cannot_be_cancelled(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.services.stock_ledger.CANCEL_WAIT_SECONDS", 0.05)
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = buy_impossibly(in_process_shop, item, token)
    in_process_shop.drain(item)

    data_of(in_process_shop.cancel(order, token), 409403)


def test_a_late_drain_dead_letters_no_order_written_by_another_drain(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    bad, good = buy_impossibly(in_process_shop, item, token), in_process_shop.buy(item, token)
    dead_letter = DrainStockJob.dead_letter

    def dead_letter_late(job: DrainStockJob, *arguments: Any) -> None:
        monkeypatch.setattr(DrainStockJob, "dead_letter", dead_letter)
        dead_letter(job, *arguments)
        dead_letter(job, *arguments)

    monkeypatch.setattr(DrainStockJob, "dead_letter", dead_letter_late)
    in_process_shop.drain(item)

    assert [status(in_process_shop, order, token) for order in (bad, good)] == ["pending", "confirmed"]
    assert voids(in_process_shop) == [f"{item}:1:1"]


def test_an_order_written_meanwhile_is_not_dead_lettered(
    in_process_shop: InProcessShop, run_dead_letters: Letters
) -> None:
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
