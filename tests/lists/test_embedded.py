"""The same answers on SQLite, with which a shop on one machine begins."""

import pytest

from tests.lists.list_shop import ListShop
from tests.lists.test_cursors import ORDERS


@pytest.mark.parametrize(("path", "who", "words"), ORDERS)
def test_a_walk_shows_the_rows_of_the_page_in_its_order(
    embedded_list_shop: ListShop, path: str, who: str, words: dict[str, str]
) -> None:
    path = path.replace("ledger", embedded_list_shop.ledger)
    assert embedded_list_shop.walk(path, who, per_page=4, **words) == embedded_list_shop.rows(
        path, who, pagination="page", **words
    )


@pytest.mark.parametrize(
    "words",
    [
        {"search": "tea;900"},
        {"search": "name:100%"},
        {"search": "name:_"},
        {"search": "name:\\\\"},
        {"search": "price_minor:10,14", "searchFields": "price_minor:between"},
        {"search": "created_at:2026-05-01T12:00:00Z"},
        {"search": "max_per_user:1,5", "searchFields": "max_per_user:in", "orderBy": "max_per_user"},
    ],
)
def test_a_search_finds_the_same_on_both(
    list_shop: ListShop, embedded_list_shop: ListShop, words: dict[str, str]
) -> None:
    found = list_shop.names(**words)
    assert found == embedded_list_shop.names(**words)
    assert found


def test_relations_and_counts_are_the_same_on_both(list_shop: ListShop, embedded_list_shop: ListShop) -> None:
    words = {"search": "orders.item.name:tea;name:Bob", "include": "orders.item", "withCount": "orders"}
    told = [one.rows("/users", "admin", orderBy="name", **words) for one in (list_shop, embedded_list_shop)]
    assert [(user["name"], user["orders_count"], len(user["orders"])) for user in told[0]] == [
        (user["name"], user["orders_count"], len(user["orders"])) for user in told[1]
    ]
