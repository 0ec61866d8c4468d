"""Edits of price, currency and limit in an open gate."""

import pytest

from shop.core.database.model import DEFAULT_TENANT
from shop.supports.sale_gate import GateEdit
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.sale_gate.edit_steps import NEW, OLD, PAST, begin, finish, offer, price_paid, revise

REVISED = {"price_minor": 2_100, "currency": "JPY", "max_per_user": 5}


def test_an_edit_changes_the_terms_without_a_load(reserving_shop: InProcessShop) -> None:
    item, token = offer(reserving_shop)
    gate, loads = reserving_shop.gate(item), reserving_shop.queued_arguments("load_stock")

    revise(reserving_shop, item, **REVISED)

    assert reserving_shop.gate(item) == gate | {"price": "2100", "currency": "JPY", "limit": "5"}
    assert data_of(reserving_shop.send_purchase(item, token), 202)["currency"] == "JPY"
    assert reserving_shop.queued_arguments("load_stock") == loads


def test_buyers_pay_the_older_price_during_an_edit(reserving_shop: InProcessShop) -> None:
    item, token = offer(reserving_shop)
    edit = begin(reserving_shop, item)

    during = price_paid(reserving_shop, item, token)
    finish(reserving_shop, item, edit)

    assert (during, price_paid(reserving_shop, item, token)) == (OLD.price_minor, NEW.price_minor)


@pytest.mark.parametrize("fields", [{"state": "closed"}, {"state": "retired"}, {"token": "a load"}, {"epoch": "7"}])
def test_an_edit_leaves_a_gate_that_does_not_sell_to_the_load(
    reserving_shop: InProcessShop, fields: dict[str, str]
) -> None:
    item, _ = offer(reserving_shop)
    edit = GateEdit("edit", int(reserving_shop.gate(item)["epoch"]), OLD, NEW)
    reserving_shop.set_gate_fields(item, **fields)
    gate = reserving_shop.gate(item)

    assert not reserving_shop.stock.begin_edit(DEFAULT_TENANT, item, edit)
    assert reserving_shop.gate(item) == gate


def test_a_first_limit_is_counted_by_a_load(reserving_shop: InProcessShop) -> None:
    item, token = offer(reserving_shop, max_per_user=None)
    reserving_shop.buy_and_write(item, token, 2)

    revise(reserving_shop, item, max_per_user=4)

    assert reserving_shop.gate(item)["state"] == "closed"
    reserving_shop.load(item)
    assert reserving_shop.refusal(item, token, 2)["limit"] == 4


def test_an_end_of_the_sale_closes_the_gate_at_once(reserving_shop: InProcessShop) -> None:
    item, _ = offer(reserving_shop)

    revise(reserving_shop, item, status="retired", price_minor=2_100)

    assert reserving_shop.gate(item)["state"] == "closed"


def test_stock_is_counted_during_an_edit_and_after_its_deadline(reserving_shop: InProcessShop) -> None:
    item, token = offer(reserving_shop)
    order = reserving_shop.buy_and_write(item, token)
    begin(reserving_shop, item)
    reserving_shop.set_gate_fields(item, deadline=PAST)

    assert reserving_shop.cancel(order, token).status_code == 200
    data_of(reserving_shop.adjust(item, reserving_shop.admin_token, delta=-2), 200)

    assert (reserving_shop.gate(item)["avail"], reserving_shop.read_item(item)["stock"]) == ("7", 7)
    assert reserving_shop.cli("verify").exit_code == 0


def test_reconciliation_leaves_an_edited_gate_alone(reserving_shop: InProcessShop) -> None:
    item, _ = offer(reserving_shop)
    begin(reserving_shop, item)
    reserving_shop.change_row("UPDATE items SET price_minor = %s WHERE id = %s", NEW.price_minor, item)

    assert reserving_shop.reconcile() == []
