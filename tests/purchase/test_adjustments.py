"""Stock adjustments: taken early, given late, never from reserved pieces."""

from typing import Any

import pytest

from shop.core.database.model import DEFAULT_TENANT
from shop.services.sale_gate import SaleGateService
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.purchase.test_drains import assert_right

FORBIDDEN, NOT_FOUND, TOO_FEW, CHANGED, FULL, BUSY = 403001, 404301, 409301, 409501, 409502, 503401
DELTA, STOCK, NOTE, FIELD = 422501, 422502, 422503, 422001
WRONG: list[tuple[dict[str, Any], int]] = [
    ({"delta": 0}, DELTA),
    ({"delta": 2.5}, DELTA),
    ({"delta": "5"}, DELTA),
    ({"delta": True}, DELTA),
    ({"delta": None}, DELTA),
    ({"delta": 10**9 + 1}, DELTA),
    ({}, DELTA),
    ({"delta": 1, "expected_stock": 10, "stock": 11}, DELTA),
    ({"delta": 1, "stock": 11}, DELTA),
    ({"stock": 11}, DELTA),
    ({"expected_stock": 10}, DELTA),
    ({"expected_stock": -1, "stock": 1}, STOCK),
    ({"expected_stock": 10, "stock": 1.5}, STOCK),
    ({"delta": 1, "reason": None}, NOTE),
    ({"delta": 1, "reason": ""}, NOTE),
    ({"delta": 1, "reason": "a" * 201}, NOTE),
    ({"delta": 1, "reason": "a\nb"}, NOTE),
    ({"delta": 1, "reason": 7}, NOTE),
    ({"delta": 1, "more": 1}, FIELD),
]


@pytest.mark.parametrize("delta", [5, -5, -10])
def test_an_adjustment_moves_both_stores(in_process_shop: InProcessShop, delta: int) -> None:
    item = in_process_shop.offer(stock=10)

    card = data_of(in_process_shop.adjust(item, in_process_shop.admin(), delta=delta), 200)

    assert (card["id"], card["stock"]) == (item, 10 + delta)
    assert in_process_shop.rows("SELECT stock FROM items WHERE id = %s", item) == [(10 + delta,)]
    assert_right(in_process_shop, item, left=10 + delta)


def test_an_adjustment_is_a_ledger_line_with_its_reason_and_actor(in_process_shop: InProcessShop) -> None:
    item, admin, _ = in_process_shop.offer(stock=10), in_process_shop.admin(), in_process_shop.admin()

    in_process_shop.adjust(item, admin, delta=-3, reason="fell off the shelf 😀")

    lines = in_process_shop.rows("SELECT delta, note, adj_seq, actor FROM stock_ledger WHERE reason = 'adjustment'")
    assert lines == [(-3, "fell off the shelf 😀", None, in_process_shop.user_id(admin))]


@pytest.mark.parametrize("stock", [12, 10, 7, 0])
def test_the_stock_is_set_when_it_equals_the_expected_stock(in_process_shop: InProcessShop, stock: int) -> None:
    item = in_process_shop.offer(stock=10)

    card = data_of(in_process_shop.adjust(item, in_process_shop.admin(), expected_stock=10, stock=stock), 200)

    assert card["stock"] == stock
    assert_right(in_process_shop, item, left=stock)


@pytest.mark.parametrize("stock", [12, 10, 7])
def test_a_stock_that_differs_from_the_expected_stock_is_unchanged(in_process_shop: InProcessShop, stock: int) -> None:
    item = in_process_shop.offer(stock=10)
    in_process_shop.buy(item, in_process_shop.buyer(), 2)

    refused = data_of(in_process_shop.adjust(item, in_process_shop.admin(), expected_stock=10, stock=stock), CHANGED)

    assert refused["current_stock"] == 8
    in_process_shop.drain(item)
    assert_right(in_process_shop, item, left=8)


def test_more_than_the_available_pieces_cannot_be_taken(in_process_shop: InProcessShop) -> None:
    item = in_process_shop.offer(stock=10)

    assert data_of(in_process_shop.adjust(item, in_process_shop.admin(), delta=-11), TOO_FEW)["current_stock"] == 10

    assert_right(in_process_shop, item, left=10)


@pytest.mark.parametrize("change", [{"delta": 10**9 - 9}, {"expected_stock": 0, "stock": 10**9}])
def test_the_stock_cannot_exceed_its_maximum(in_process_shop: InProcessShop, change: dict[str, int]) -> None:
    item = in_process_shop.offer(stock=10)

    assert data_of(in_process_shop.adjust(item, in_process_shop.admin(), **change), FULL)["most"] == 10**9

    assert_right(in_process_shop, item, left=10)


def test_the_stock_can_be_raised_to_its_maximum(in_process_shop: InProcessShop) -> None:
    item = in_process_shop.offer(stock=10)

    data_of(in_process_shop.adjust(item, in_process_shop.admin(), delta=10**9 - 10), 200)

    assert_right(in_process_shop, item, left=10**9)


def test_pieces_of_unwritten_orders_cannot_be_taken(in_process_shop: InProcessShop) -> None:
    item = in_process_shop.offer(stock=10)
    in_process_shop.buy(item, in_process_shop.buyer(), 8)

    assert data_of(in_process_shop.adjust(item, in_process_shop.admin(), delta=-3), TOO_FEW)["current_stock"] == 2
    data_of(in_process_shop.adjust(item, in_process_shop.admin(), delta=-2), 200)

    in_process_shop.drain(item)
    assert_right(in_process_shop, item, left=0)


@pytest.mark.parametrize(("body", "code"), WRONG)
def test_an_invalid_field_is_refused_with_its_code(
    in_process_shop: InProcessShop, body: dict[str, Any], code: int
) -> None:
    item = in_process_shop.offer(stock=10)

    data_of(in_process_shop.adjust(item, in_process_shop.admin(), **body), code)

    assert_right(in_process_shop, item, left=10)


def test_a_reason_is_required(in_process_shop: InProcessShop) -> None:
    item = in_process_shop.offer(stock=10)

    data_of(
        in_process_shop.send("POST", f"/items/{item}/stock-adjustments", in_process_shop.admin(), {"delta": 1}), NOTE
    )


def test_a_buyer_may_not_adjust(in_process_shop: InProcessShop) -> None:
    data_of(in_process_shop.adjust(in_process_shop.offer(stock=10), in_process_shop.buyer(), delta=1), FORBIDDEN)


def test_an_unknown_item_cannot_be_adjusted(in_process_shop: InProcessShop) -> None:
    deleted, foreign, admin = in_process_shop.offer(stock=10), in_process_shop.offer(stock=10), in_process_shop.admin()
    in_process_shop.send("DELETE", f"/items/{deleted}", admin)
    in_process_shop.change_row("UPDATE items SET tenant_id = 2 WHERE id = %s", foreign)

    for item in (deleted, foreign, 999_999):
        data_of(in_process_shop.adjust(item, admin, delta=1), NOT_FOUND)


def test_a_draft_that_was_never_on_sale_is_adjusted_only_in_the_database(in_process_shop: InProcessShop) -> None:
    admin = in_process_shop.admin()
    fields = {"name": "Thing", "price_minor": 1, "currency": "EUR", "stock": 10, "status": "draft"}
    item = data_of(in_process_shop.send("POST", "/items", admin, fields), 201)["id"]

    assert data_of(in_process_shop.adjust(item, admin, delta=-4), 200)["stock"] == 6
    assert data_of(in_process_shop.adjust(item, admin, delta=-7), TOO_FEW)["current_stock"] == 6
    assert data_of(in_process_shop.adjust(item, admin, expected_stock=10, stock=1), CHANGED)["current_stock"] == 6
    assert data_of(in_process_shop.adjust(item, admin, expected_stock=6, stock=9), 200)["stock"] == 9

    assert in_process_shop.gate(item) == {}
    data_of(in_process_shop.send("PATCH", f"/items/{item}", admin, {"status": "on_sale"}), 200)
    assert in_process_shop.load(item)
    assert_right(in_process_shop, item, left=9)


def test_a_retired_item_can_be_adjusted(in_process_shop: InProcessShop) -> None:
    item, admin = in_process_shop.offer(stock=10), in_process_shop.admin()
    in_process_shop.send("PATCH", f"/items/{item}", admin, {"status": "retired"})
    assert not in_process_shop.load(item)

    data_of(in_process_shop.adjust(item, admin, delta=-4), 200)
    data_of(in_process_shop.adjust(item, admin, delta=1), 200)

    assert (in_process_shop.gate(item)["state"], in_process_shop.gate(item)["avail"]) == ("retired", "7")


def test_pieces_can_be_added_but_not_taken_while_the_gate_is_closed(in_process_shop: InProcessShop) -> None:
    item, admin = in_process_shop.offer(stock=10), in_process_shop.admin()
    in_process_shop.container.get(SaleGateService).claim(DEFAULT_TENANT, item)

    answer = in_process_shop.adjust(item, admin, delta=-1)
    data_of(in_process_shop.adjust(item, admin, delta=5), 200)

    data_of(answer, BUSY)
    assert answer.headers["Retry-After"] in {"1", "2", "3"}
    assert in_process_shop.load(item)
    assert_right(in_process_shop, item, left=15)
