"""Fields, includes and counts of rows, and the number of statements."""

import re
from typing import Any

import pytest

from tests.lists.support.list_shop import ANONYMOUS, ListShop


def test_a_row_has_the_requested_fields(list_shop: ListShop) -> None:
    assert list_shop.rows("/items", filter="id;name", search="name:Teapot") == [
        {"id": list_shop.items["Teapot"], "name": "Teapot"}
    ]


def test_a_column_needed_by_an_include_is_not_returned(list_shop: ListShop) -> None:
    orders = list_shop.rows("/orders", "bob", filter="quantity", include="item")
    assert [order.keys() for order in orders] == [{"quantity", "item"}] * 3
    assert {order["item"]["name"] for order in orders} == {"Teapot"}


@pytest.mark.parametrize("parameter", ["with", "include"])
def test_a_related_row_is_included(list_shop: ListShop, parameter: str) -> None:
    for order in list_shop.rows("/orders", "ada", **{parameter: "item"}):
        assert order["item"]["id"] == order["item_id"]
        assert order["item"].keys() == {"id", "name", "price_minor", "currency", "photo_url"}
    assert "item" not in list_shop.rows("/orders", "ada")[0]


def test_a_missing_related_row_is_null(list_shop: ListShop) -> None:
    lines = list_shop.rows(list_shop.ledger, "admin", include="user")
    assert {(line["actor"] is None, line["user"] is None) for line in lines} == {(True, True), (False, False)}
    assert {line["user"]["name"] for line in lines if line["user"]} == {"Ada"}


def test_a_related_row_of_a_related_row_is_included(list_shop: ListShop) -> None:
    users = {user["name"]: user for user in list_shop.rows("/users", "admin", include="orders.item")}
    orders = users["Ada"]["orders"]
    assert len(orders) == 10
    assert orders == sorted(orders, key=lambda order: (order["created_at"], order["id"]), reverse=True)
    assert {order["item"]["name"] for order in users["Bob"]["orders"]} == {"Teapot"}
    assert "item" not in list_shop.rows("/users", "admin", include="orders", search="name:Ada")[0]["orders"][0]


def test_related_rows_are_counted(list_shop: ListShop) -> None:
    users = {user["name"]: user["orders_count"] for user in list_shop.rows("/users", "admin", withCount="orders")}
    assert (users["Ada"], users["Bob"]) == (25, 3)


LISTS: list[tuple[str, str, dict[str, Any], int]] = [
    ("/items", ANONYMOUS, {}, 2),
    ("/items", ANONYMOUS, {"pagination": "simple"}, 1),
    ("/items", ANONYMOUS, {"pagination": "cursor"}, 1),
    ("/items", "admin", {"search": "status:draft", "orderBy": "status"}, 2),
    ("/users", "admin", {"withCount": "orders"}, 3),
    ("/orders", "ada", {}, 1),
    ("/orders", "ada", {"include": "item"}, 2),
    ("/orders", "ada", {"pagination": "page", "include": "item"}, 3),
    ("/orders", "ada", {"search": "item.name:tea;item.price_minor:900", "orderBy": "item.name"}, 1),
    ("/users", "admin", {"include": "orders.item", "withCount": "orders", "orderBy": "id"}, 5),
    ("/reconcile-runs", "admin", {"include": "item"}, 3),
]


@pytest.mark.parametrize(("path", "user", "parameters", "expected"), LISTS)
def test_the_number_of_statements_does_not_depend_on_the_rows(
    list_shop: ListShop, path: str, user: str, parameters: dict[str, Any], expected: int
) -> None:
    # Loads the session and the rights of the user, which each process loads at its first request.
    list_shop.answer(path, user)
    counts = []
    for per_page in (1, 2, 100):
        with list_shop.record_statements() as statements:
            status, data = list_shop.answer(path, user, per_page=per_page, **parameters)
        assert status == 200, data
        # Sessions and tenants are read before, in separate transactions.
        selects = [
            sql for sql in statements if sql.startswith("SELECT") and not re.search("FROM (sessions|tenants)", sql)
        ]
        counts.append(len(selects))
    assert counts == [expected] * 3


def test_the_statements_of_the_ledger_do_not_depend_on_the_rows(list_shop: ListShop) -> None:
    # The same.
    list_shop.answer(list_shop.ledger, "admin")
    counts = []
    for per_page in (1, 100):
        with list_shop.record_statements() as statements:
            assert list_shop.answer(
                list_shop.ledger, "admin", per_page=per_page, include="user", search="reason:adjustment"
            )
        counts.append(len(statements))
    assert counts[0] == counts[1]
