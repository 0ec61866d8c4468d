"""Differences between the stores are found, reported once, and repaired."""

from collections.abc import Callable
from typing import Any

import pytest

from shop.core.database.model import DEFAULT_TENANT
from tests.purchase.conftest import Sale
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.test_drains import assert_right, begin_epoch_without_draining, status


def runs(shop: InProcessShop) -> list[tuple[Any, ...]]:
    return shop.rows("SELECT item_id, cause, expected, found, done FROM reconcile_runs ORDER BY id")


def lose_everything(sale: Sale) -> None:
    sale.shop.redis.flushall()


def restore_a_snapshot(sale: Sale) -> None:
    sale.shop.set_gate_fields(sale.item, **sale.before)


def restore_an_older_epoch(sale: Sale) -> None:
    older = sale.shop.gate(sale.item)
    begin_epoch_without_draining(sale.shop, sale.item)
    sale.shop.set_gate_fields(sale.item, **older)


def restore_the_other_store(sale: Sale) -> None:
    begin_epoch_without_draining(sale.shop, sale.item)
    sale.shop.change_row("UPDATE items SET epoch = 1 WHERE id = %s", sale.item)


def edit(**fields: object) -> Callable[[Sale], None]:
    return lambda sale: sale.shop.set_gate_fields(sale.item, **fields)


def forget_a_field(sale: Sale) -> None:
    sale.shop.redis.hdel(sale.shop.partition_key(sale.item, f"item:{DEFAULT_TENANT}:{sale.item}"), "avail")


def forget_a_credit(sale: Sale) -> None:
    sale.shop.change_row("UPDATE items SET adj_seq = adj_seq + 1 WHERE id = %s", sale.item)


DAMAGES: dict[str, tuple[Callable[[Sale], None], str, str]] = {
    "everything lost": (lose_everything, "units=7 epoch=1 price=1237 currency=CHF limit= hwm=1", "nothing"),
    "an older count": (restore_a_snapshot, "units=7", "units=12"),
    "an older epoch": (restore_an_older_epoch, "epoch=2", "epoch=1"),
    "an epoch set back": (restore_the_other_store, "epoch=1", "epoch=2"),
    "too many to buy": (edit(avail=8), "units=7", "units=8"),
    "too few to buy": (edit(avail=6), "units=7", "units=6"),
    "nonsense to buy": (edit(avail="many"), "units=7", "units=many+0"),
    "endless nonsense": (edit(currency="a" * 1000), "currency=CHF", ("currency=" + "a" * 1000)[:500]),
    "none to buy": (forget_a_field, "units=7", "units=None+0"),
    "too many pending": (edit(pend=1), "units=7 pend=0", "units=8 pend=1"),
    "parts that add up": (edit(avail=5, pend=2), "pend=0", "pend=2"),
    "another price": (edit(price=0), "price=1237", "price=0"),
    "another currency": (edit(currency="USD"), "currency=CHF", "currency=USD"),
    "another limit": (edit(limit=1), "limit=", "limit=1"),
    "a count of credits ahead": (edit(hwm=5), "hwm=1", "hwm=5"),
    "nonsense for credits": (edit(hwm="x"), "hwm=1", "hwm=x"),
    "a credit without a line": (forget_a_credit, "hwm=2", "hwm=1"),
}


@pytest.mark.parametrize(("spoil", "expected", "found"), DAMAGES.values(), ids=DAMAGES)
def test_a_difference_is_reported_and_repaired_once(
    sale: Sale, spoil: Callable[[Sale], None], expected: str, found: str
) -> None:
    spoil(sale)

    done = sale.shop.reconcile()

    last = sale.shop.gate(sale.item)["epoch"]
    done_text = f"Epoch {last} begins with 7 pieces."
    assert runs(sale.shop) == [(sale.item, "different", expected, found, done_text)]
    assert done == [f"item {sale.item} (different): MySQL said {expected}, Redis said {found}. {done_text}"]
    assert int(last) >= 2
    assert_right(sale.shop, sale.item, left=7)
    assert sale.shop.reconcile() == []
    sale.shop.buy_and_write(sale.item, sale.token)
    assert_right(sale.shop, sale.item, left=6)


def test_a_stock_edited_in_the_database_is_kept_and_corrected_in_the_ledger(sale: Sale) -> None:
    sale.shop.change_row("UPDATE items SET stock = 20 WHERE id = %s", sale.item)

    (done,) = sale.shop.reconcile()

    assert done.endswith("Epoch 2 begins with 20 pieces; the ledger was +13 off.")
    assert sale.shop.rows("SELECT delta FROM stock_ledger WHERE reason = 'correction'") == [(13,)]
    assert_right(sale.shop, sale.item, left=20)


def test_a_stock_edited_below_the_reservations_rejects_the_excess(sale: Sale) -> None:
    orders = [sale.shop.buy(sale.item, sale.token, 2) for _ in range(3)]
    sale.shop.change_row("UPDATE items SET stock = 4 WHERE id = %s", sale.item)

    sale.shop.reconcile()
    sale.shop.drain(sale.item)
    sale.shop.drain(sale.item)

    assert sorted(status(sale.shop, order, sale.token) for order in orders) == ["confirmed"] * 2 + ["rejected"]
    assert_right(sale.shop, sale.item, left=0, broken={12})


def test_entries_waiting_while_an_epoch_is_set_back_get_new_numbers(sale: Sale) -> None:
    begin_epoch_without_draining(sale.shop, sale.item)
    order = sale.shop.buy(sale.item, sale.token)
    sale.shop.change_row("UPDATE items SET epoch = 1 WHERE id = %s", sale.item)

    sale.shop.reconcile()
    sale.shop.buy(sale.item, sale.token)
    sale.shop.drain(sale.item)
    sale.shop.drain(sale.item)

    assert sale.shop.gate(sale.item)["epoch"] == "3"
    assert status(sale.shop, order, sale.token) == "confirmed"
    assert_right(sale.shop, sale.item, left=5)


def test_an_epoch_with_written_orders_is_not_begun_again(sale: Sale) -> None:
    begin_epoch_without_draining(sale.shop, sale.item)
    sale.shop.buy_and_write(sale.item, sale.token)
    sale.shop.change_row("UPDATE items SET epoch = 1 WHERE id = %s", sale.item)
    sale.shop.redis.flushall()

    sale.shop.reconcile()

    assert sale.shop.gate(sale.item)["epoch"] == "3"
    sale.shop.buy_and_write(sale.item, sale.token)
    assert_right(sale.shop, sale.item, left=5)


def test_duplicate_numbers_in_one_batch_are_readmitted(sale: Sale) -> None:
    first = sale.shop.buy(sale.item, sale.token)
    sale.shop.set_gate_fields(sale.item, seq=int(sale.shop.gate(sale.item)["seq"]) - 1)
    second = sale.shop.buy(sale.item, sale.token)

    sale.shop.drain(sale.item)
    assert sale.shop.load(sale.item)
    sale.shop.drain(sale.item)
    sale.shop.drain(sale.item)

    assert [status(sale.shop, order, sale.token) for order in (first, second)] == ["confirmed"] * 2
    assert_right(sale.shop, sale.item, left=5)
