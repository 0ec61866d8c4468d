"""Search in the translations of texts, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import delete, insert

from shop.models.item import Item
from tests.lists.support.list_rows import item_row
from tests.lists.support.list_shop import ListShop

NAME, INTRODUCTION = {"zh-Hant": '烏龍 50% "a\\b" 🍵', "zh-Hans": "乌龙"}, {"zh-Hans": "來自台灣 OOLONG"}


# Both need the Valkey of this test worker.
@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.server) for name in ("list_shop", "embedded_list_shop")])
def translated_list_shop(request: pytest.FixtureRequest) -> Iterator[ListShop]:
    """Filled lists with an item that has texts in all languages."""
    list_shop: ListShop = request.getfixturevalue(request.param)
    with insert_item(list_shop, name_translations=NAME, introduction_translations=INTRODUCTION):
        yield list_shop


@contextmanager
def insert_item(list_shop: ListShop, **columns: Any) -> Iterator[None]:
    row = {**item_row("Blue leaf", 77, None), **columns}
    with list_shop.shop.database.engine.begin() as connection:
        connection.execute(insert(Item), row)
    yield
    with list_shop.shop.database.engine.begin() as connection:
        connection.execute(delete(Item).where(Item.name == row["name"]))


@pytest.mark.parametrize(
    ("search", "operators"),
    [
        ("name:烏龍", ""),
        ("name:乌龙", "name:="),
        ("name:乌龙,x", "name:in"),
        ("name:50%", ""),
        ('name:"a', ""),
        ("name:a\\\\b", ""),
        ("name:🍵", ""),
        ("introduction:oolong", ""),
        ("來自台灣", ""),
        ("blue", ""),
    ],
)
def test_a_text_is_found_in_every_language(translated_list_shop: ListShop, search: str, operators: str) -> None:
    parameters = {"searchFields": operators} if operators else {}
    assert translated_list_shop.names(search=search, **parameters) == ["Blue leaf"]


@pytest.mark.parametrize("search", ["name:zh-Han", "name:{", "name:oolong", "name:50_", "introduction:烏龍"])
def test_a_search_does_not_match_the_stored_json(translated_list_shop: ListShop, search: str) -> None:
    assert translated_list_shop.names(search=search) == []


def test_another_language_takes_no_more_statements(translated_list_shop: ListShop) -> None:
    # Both pages are requested for the first time, so that neither is cached.
    with translated_list_shop.record_statements() as plain:
        translated_list_shop.rows("/items", search="name:leaf")
    with translated_list_shop.record_statements() as chinese:
        found = translated_list_shop.rows("/items", search="name:烏龍", lang="zh-Hans")

    assert [row["name"] for row in found] == ["乌龙"]
    counts = [len([sql for sql in statements if "FROM items" in sql]) for statements in (plain, chinese)]
    assert counts[0] == counts[1] > 0


def test_names_are_sorted_by_their_untranslated_text(translated_list_shop: ListShop) -> None:
    parameters = {"search": "name:乌龙;name:tea", "orderBy": "name", "lang": "zh-Hans"}
    assert [row["name"] for row in translated_list_shop.rows("/items", **parameters)] == [
        "Black tea",
        "乌龙",
        "Green tea",
        "Teapot",
    ]
