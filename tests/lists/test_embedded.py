"""Lists on SQLite, which return the same as on MariaDB."""

import pytest

from tests.lists.support.list_shop import ListShop
from tests.lists.test_cursors import ORDERS


@pytest.mark.parametrize(("path", "user", "parameters"), ORDERS)
def test_following_cursors_returns_the_same_rows_as_one_page(
    embedded_list_shop: ListShop, path: str, user: str, parameters: dict[str, str]
) -> None:
    path = path.replace("ledger", embedded_list_shop.ledger)
    assert embedded_list_shop.walk(path, user, per_page=4, **parameters) == embedded_list_shop.rows(
        path, user, pagination="page", **parameters
    )


@pytest.mark.parametrize(
    "parameters",
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
def test_a_search_finds_the_same_on_both_databases(
    list_shop: ListShop, embedded_list_shop: ListShop, parameters: dict[str, str]
) -> None:
    names = list_shop.names(**parameters)
    assert names == embedded_list_shop.names(**parameters)
    assert names


def test_relations_and_counts_are_the_same_on_both_databases(list_shop: ListShop, embedded_list_shop: ListShop) -> None:
    parameters = {
        "search": "orders.item.name:tea;name:Bob",
        "include": "orders.item",
        "withCount": "orders",
        "orderBy": "name",
    }
    results = [
        [
            (user["name"], user["orders_count"], len(user["orders"]))
            for user in shop.rows("/users", "admin", **parameters)
        ]
        for shop in (list_shop, embedded_list_shop)
    ]
    assert results[0] == results[1]
