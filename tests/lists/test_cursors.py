"""Cursors: in any order, over rows that come and go, and for nobody's question but the one they were made for."""

from typing import Any

import pytest
from sqlalchemy import delete, insert

from shop.constants.stock import StockReason
from shop.models.item import Item
from shop.models.stock_ledger import StockLedger
from tests.lists.list_rows import NOON, item_row
from tests.lists.list_shop import ListShop

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
@pytest.mark.parametrize(("path", "who", "words"), ORDERS)
def test_a_walk_shows_the_rows_of_the_page_in_its_order(
    list_shop: ListShop, path: str, who: str, words: dict[str, str], per_page: int
) -> None:
    path = path.replace("ledger", list_shop.ledger)
    assert list_shop.walk(path, who, per_page=per_page, **words) == list_shop.rows(
        path, who, pagination="page", **words
    )


def cursor_of(stage: ListShop, path: str, who: str, **words: Any) -> str:
    status, data = stage.answer(path, who, pagination="cursor", per_page=1, **words)
    assert status == 200, data
    return str(data["meta"]["pagination"]["next_cursor"])


@pytest.mark.parametrize(
    "other",
    [
        {"search": "name:a"},
        {"search": "name:e", "searchFields": "name:="},
        {"search": "name:e;id:1", "searchJoin": "and"},
        {"orderBy": "name"},
        {"orderBy": "id", "sortedBy": "desc"},
        {"orderBy": "name", "sortedBy": "desc"},
        {"orderBy": "price_minor", "sortedBy": "asc"},
    ],
)
def test_a_cursor_belongs_to_its_search_and_its_order(list_shop: ListShop, other: dict[str, str]) -> None:
    words = {"search": "name:e", "orderBy": "price_minor", "sortedBy": "desc"}
    cursor = cursor_of(list_shop, "/items", "", **words)
    assert list_shop.answer("/items", cursor=cursor, **words)[0] == 200
    assert list_shop.refusal("/items", cursor=cursor, **{**words, **other}).keys() == {"cursor"}


def test_a_cursor_belongs_to_its_list_and_to_whose_it_is(list_shop: ListShop) -> None:
    cursor = cursor_of(list_shop, "/items", "")
    assert list_shop.refusal("/users", "admin", cursor=cursor).keys() == {"cursor"}
    # An administrator's list has other rows.
    assert list_shop.refusal("/items", "admin", cursor=cursor).keys() == {"cursor"}
    adas = cursor_of(list_shop, "/orders", "ada")
    assert list_shop.refusal("/orders", "bob", cursor=adas).keys() == {"cursor"}


def test_a_cursor_goes_on_with_other_words_for_the_same_rows(list_shop: ListShop) -> None:
    cursor = cursor_of(list_shop, "/orders", "ada")
    status, data = list_shop.answer("/orders", "ada", cursor=cursor, per_page=3, filter="id", include="item")
    assert (status, len(data["data"])) == (200, 3)


def test_a_cursor_with_any_other_letter_is_refused(list_shop: ListShop) -> None:
    cursor = cursor_of(list_shop, "/items", "")
    for place in range(0, len(cursor) - 1, 7):
        other = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        assert list_shop.refusal("/items", cursor=other).keys() == {"cursor"}


def test_long_texts_of_any_script_fit_into_a_cursor(list_shop: ListShop) -> None:
    note, engine = "茶" * 200, list_shop.shop.database.engine
    row = {"tenant_id": 1, "item_id": 10**9, "delta": 0, "reason": StockReason.SALE, "note": note, "created_at": NOON}
    item = {"id": 10**9, **item_row("long", 1, None)}
    with engine.begin() as connection:
        connection.execute(insert(Item), item)
        connection.execute(insert(StockLedger), [{**row, "ref": f"{'茶' * 60}{n}"} for n in range(3)])
    path = f"/items/{10**9}/stock-ledger"
    found = list_shop.walk(path, "admin", orderBy="note;ref", per_page=1)
    with engine.begin() as connection:
        connection.execute(delete(StockLedger).where(StockLedger.item_id == 10**9))
        connection.execute(delete(Item).where(Item.id == 10**9))
    assert [line["note"] for line in found] == [note] * 3


def test_the_cursor_of_a_list_by_cursor_needs_no_other_word(list_shop: ListShop) -> None:
    cursor = cursor_of(list_shop, "/items", "")
    assert list_shop.answer("/items", cursor=cursor)[0] == 200
