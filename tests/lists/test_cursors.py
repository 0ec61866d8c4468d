"""Cursors: all orders of rows, and validity for one list only."""

from typing import Any

import pytest
from sqlalchemy import delete, insert

from shop.constants.stock import StockReason
from shop.models.item import Item
from shop.models.stock_ledger import StockLedger
from tests.lists.support.list_rows import NOON, item_row
from tests.lists.support.list_shop import ListShop

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ORDERS: list[tuple[str, str, dict[str, str]]] = [
    ("/orders", "ada", {}),
    ("/orders", "ada", {"orderBy": "created_at", "sortedBy": "asc"}),
    ("/orders", "ada", {"orderBy": "quantity;created_at", "sortedBy": "desc;asc"}),
    ("/orders", "ada", {"orderBy": "status;quantity;id", "sortedBy": "asc;desc;desc"}),
    ("/orders", "ada", {"orderBy": "item.name;created_at", "sortedBy": "desc;asc"}),
    ("/items", "", {"orderBy": "max_per_user", "sortedBy": "asc"}),
    ("/items", "", {"orderBy": "max_per_user", "sortedBy": "desc"}),
    ("/items", "", {"orderBy": "max_per_user;name", "sortedBy": "desc;asc"}),
    ("/items", "", {"orderBy": "name"}),
    ("/items", "admin", {"orderBy": "status;price_minor", "sortedBy": "desc"}),
    ("/users", "admin", {"orderBy": "name;email"}),
    ("/reconcile-runs", "admin", {"orderBy": "open;item.name;created_at", "sortedBy": "desc;asc;desc"}),
    ("ledger", "admin", {"orderBy": "actor;note", "sortedBy": "desc"}),
    ("ledger", "admin", {"orderBy": "user.name;delta", "sortedBy": "asc;desc"}),
    ("ledger", "admin", {"search": "note:counted", "orderBy": "note"}),
]


@pytest.mark.parametrize("per_page", [1, 4, 7])
@pytest.mark.parametrize(("path", "user", "parameters"), ORDERS)
def test_following_cursors_returns_the_same_rows_as_one_page(
    list_shop: ListShop, path: str, user: str, parameters: dict[str, str], per_page: int
) -> None:
    path = path.replace("ledger", list_shop.ledger)
    assert list_shop.walk(path, user, per_page=per_page, **parameters) == list_shop.rows(
        path, user, pagination="page", **parameters
    )


def cursor_of(list_shop: ListShop, path: str, user: str, **parameters: Any) -> str:
    status, data = list_shop.answer(path, user, pagination="cursor", per_page=1, **parameters)
    assert status == 200, data
    return str(data["meta"]["pagination"]["next_cursor"])


@pytest.mark.parametrize(
    "other",
    [
        {"search": "name:a"},
        {"search": "name:e", "searchFields": "name:="},
        {"search": "name:e;id:1", "searchJoin": "and"},
        {"searchJoin": "and"},
        {"orderBy": "name"},
        {"orderBy": "id", "sortedBy": "desc"},
        {"orderBy": "name", "sortedBy": "desc"},
        {"orderBy": "price_minor", "sortedBy": "asc"},
    ],
)
def test_a_cursor_is_valid_for_its_search_and_order_only(list_shop: ListShop, other: dict[str, str]) -> None:
    parameters = {"search": "name:e", "orderBy": "price_minor", "sortedBy": "desc"}
    cursor = cursor_of(list_shop, "/items", "", **parameters)
    assert list_shop.answer("/items", cursor=cursor, **parameters)[0] == 200
    assert list_shop.refusal("/items", cursor=cursor, **{**parameters, **other}).keys() == {"cursor"}


def test_a_cursor_is_valid_for_its_list_and_user_only(list_shop: ListShop) -> None:
    cursor = cursor_of(list_shop, "/items", "")
    assert list_shop.refusal("/users", "admin", cursor=cursor).keys() == {"cursor"}
    # An administrator's list has more rows, so it is another list.
    assert list_shop.refusal("/items", "admin", cursor=cursor).keys() == {"cursor"}
    adas = cursor_of(list_shop, "/orders", "ada")
    assert list_shop.refusal("/orders", "bob", cursor=adas).keys() == {"cursor"}


def test_a_cursor_is_valid_with_other_fields_and_includes(list_shop: ListShop) -> None:
    cursor = cursor_of(list_shop, "/orders", "ada")
    status, data = list_shop.answer("/orders", "ada", cursor=cursor, per_page=3, filter="id", include="item")
    assert (status, len(data["data"])) == (200, 3)


def test_a_cursor_with_one_changed_character_is_refused(list_shop: ListShop) -> None:
    cursor = cursor_of(list_shop, "/items", "")
    for index in range(0, len(cursor) - 1, 7):
        forged = cursor[:index] + ("A" if cursor[index] != "A" else "B") + cursor[index + 1 :]
        assert list_shop.refusal("/items", cursor=forged).keys() == {"cursor"}


@pytest.mark.parametrize("spelling", ["{}=", "{}==", "{}%", "{} ", " {}", "{}茶", "{}.", "{0}{0}"])
def test_a_cursor_has_one_spelling(list_shop: ListShop, spelling: str) -> None:
    cursor = cursor_of(list_shop, "/items", "")
    assert list_shop.refusal("/items", cursor=spelling.format(cursor)).keys() == {"cursor"}


def test_unused_bits_of_the_last_character_make_no_second_cursor(list_shop: ListShop) -> None:
    cursor = cursor_of(list_shop, "/items", "")
    accepted = [letter for letter in LETTERS if list_shop.answer("/items", cursor=cursor[:-1] + letter)[0] == 200]
    assert accepted == [cursor[-1]]


def test_long_texts_of_any_script_fit_into_a_cursor(list_shop: ListShop) -> None:
    note, engine = "茶" * 200, list_shop.shop.database.engine
    row = {"tenant_id": 1, "item_id": 10**9, "delta": 0, "reason": StockReason.SALE, "note": note, "created_at": NOON}
    item = {"id": 10**9, **item_row("long", 1, None)}
    with engine.begin() as connection:
        connection.execute(insert(Item), item)
        connection.execute(insert(StockLedger), [{**row, "ref": f"{'茶' * 60}{n}"} for n in range(3)])
    path = f"/items/{10**9}/stock-ledger"
    lines = list_shop.walk(path, "admin", orderBy="note;ref", per_page=1)
    with engine.begin() as connection:
        connection.execute(delete(StockLedger).where(StockLedger.item_id == 10**9))
        connection.execute(delete(Item).where(Item.id == 10**9))
    assert [line["note"] for line in lines] == [note] * 3


def test_a_cursor_needs_no_other_parameter(list_shop: ListShop) -> None:
    cursor = cursor_of(list_shop, "/items", "")
    assert list_shop.answer("/items", cursor=cursor)[0] == 200
