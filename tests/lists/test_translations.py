"""Whoever reads 茶 finds 茶: lists look into every language of a text, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import delete, insert

from shop.models.item import Item
from tests.lists import list_rows as rows
from tests.lists.list_shop import ListShop

NAME, INTRODUCTION = {"zh-Hant": '烏龍 50% "a\\b" 🍵', "zh-Hans": "乌龙"}, {"zh-Hans": "來自台灣 OOLONG"}


@pytest.fixture(params=["list_shop", "embedded_list_shop"])
def translated_list_shop(request: pytest.FixtureRequest) -> Iterator[ListShop]:
    """The lists, with an item that has texts in all languages."""
    stage: ListShop = request.getfixturevalue(request.param)
    with offered(stage, name_translations=NAME, introduction_translations=INTRODUCTION):
        yield stage


@contextmanager
def offered(stage: ListShop, **words: Any) -> Iterator[None]:
    row = {**rows.item_row("Blue leaf", 77, None), **words}
    with stage.shop.database.engine.begin() as connection:
        connection.execute(insert(Item), row)
    yield
    with stage.shop.database.engine.begin() as connection:
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
def test_a_text_is_found_in_whichever_language_it_is_searched(
    translated_list_shop: ListShop, search: str, operators: str
) -> None:
    words = {"searchFields": operators} if operators else {}
    assert translated_list_shop.names(search=search, **words) == ["Blue leaf"]


@pytest.mark.parametrize("search", ["name:zh-Han", "name:{", "name:oolong", "name:50_", "introduction:烏龍"])
def test_what_stands_in_no_text_is_not_found(translated_list_shop: ListShop, search: str) -> None:
    assert translated_list_shop.names(search=search) == []


def test_a_list_in_another_language_is_one_question_as_before(translated_list_shop: ListShop) -> None:
    # Both pages are asked for the first time, so that neither is remembered.
    with translated_list_shop.record_statements() as plain:
        translated_list_shop.rows("/items", search="name:leaf")
    with translated_list_shop.record_statements() as chinese:
        found = translated_list_shop.rows("/items", search="name:烏龍", lang="zh-Hans")

    assert [row["name"] for row in found] == ["乌龙"]
    of_items = [[sql for sql in sent if "FROM items" in sql] for sent in (plain, chinese)]
    assert len(of_items[0]) == len(of_items[1]) > 0


def test_names_are_sorted_by_their_plain_text(translated_list_shop: ListShop) -> None:
    words = {"search": "name:乌龙;name:tea", "orderBy": "name", "lang": "zh-Hans"}
    assert [row["name"] for row in translated_list_shop.rows("/items", **words)] == [
        "Black tea",
        "乌龙",
        "Green tea",
        "Teapot",
    ]
