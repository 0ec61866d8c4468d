"""What is said of a row: some of its words, what belongs to it, and how many; with as many statements as ever."""

import re
from typing import Any

import pytest

from tests.lists.list_shop import NOBODY, Stage


def test_a_row_says_what_it_was_asked_for(stage: Stage) -> None:
    assert stage.rows("/items", filter="id;name", search="name:Teapot") == [
        {"id": stage.items["Teapot"], "name": "Teapot"}
    ]


def test_what_an_include_needs_is_read_and_not_shown(stage: Stage) -> None:
    orders = stage.rows("/orders", "bob", filter="quantity", include="item")
    assert [order.keys() for order in orders] == [{"quantity", "item"}] * 3
    assert {order["item"]["name"] for order in orders} == {"Teapot"}


@pytest.mark.parametrize("parameter", ["with", "include"])
def test_what_belongs_to_a_row_comes_with_it(stage: Stage, parameter: str) -> None:
    for order in stage.rows("/orders", "ada", **{parameter: "item"}):
        assert order["item"]["id"] == order["item_id"]
        assert order["item"].keys() == {"id", "name", "price_minor", "currency", "photo_url"}
    assert "item" not in stage.rows("/orders", "ada")[0]


def test_a_row_that_belongs_to_nobody_says_so(stage: Stage) -> None:
    lines = stage.rows(stage.ledger, "admin", include="user")
    assert {(line["actor"] is None, line["user"] is None) for line in lines} == {(True, True), (False, False)}
    assert {line["user"]["name"] for line in lines if line["user"]} == {"Ada"}


def test_what_belongs_to_what_belongs_to_a_row_comes_too(stage: Stage) -> None:
    users = {user["name"]: user for user in stage.rows("/users", "admin", include="orders.item")}
    orders = users["Ada"]["orders"]
    assert len(orders) == 10
    assert orders == sorted(orders, key=lambda order: (order["created_at"], order["id"]), reverse=True)
    assert {order["item"]["name"] for order in users["Bob"]["orders"]} == {"Teapot"}
    assert "item" not in stage.rows("/users", "admin", include="orders", search="name:Ada")[0]["orders"][0]


def test_rows_are_counted_beside_those_they_belong_to(stage: Stage) -> None:
    users = {user["name"]: user["orders_count"] for user in stage.rows("/users", "admin", withCount="orders")}
    assert (users["Ada"], users["Bob"]) == (25, 3)


LISTS: list[tuple[str, str, dict[str, Any], int]] = [
    ("/items", NOBODY, {}, 2),
    ("/items", NOBODY, {"pagination": "simple"}, 1),
    ("/items", NOBODY, {"pagination": "cursor"}, 1),
    ("/items", "admin", {"search": "status:draft", "orderBy": "status"}, 2),
    ("/users", "admin", {"withCount": "orders"}, 3),
    ("/orders", "ada", {}, 1),
    ("/orders", "ada", {"include": "item"}, 2),
    ("/orders", "ada", {"pagination": "page", "include": "item"}, 3),
    ("/orders", "ada", {"search": "item.name:tea;item.price_minor:900", "orderBy": "item.name"}, 1),
    ("/users", "admin", {"include": "orders.item", "withCount": "orders", "orderBy": "id"}, 5),
    ("/reconcile-runs", "admin", {"include": "item"}, 3),
]


@pytest.mark.parametrize(("path", "who", "words", "wanted"), LISTS)
def test_a_list_takes_as_many_statements_however_many_rows_it_has(
    stage: Stage, path: str, who: str, words: dict[str, Any], wanted: int
) -> None:
    counts = []
    for per_page in (1, 2, 100):
        with stage.counted() as sent:
            status, data = stage.answer(path, who, per_page=per_page, **words)
        assert status == 200, data
        # Who calls, and of which tenant, is asked before, in transactions of their own.
        asked = [sql for sql in sent if sql.startswith("SELECT") and not re.search("FROM (sessions|tenants)", sql)]
        counts.append(len(asked))
    assert counts == [wanted] * 3


def test_the_ledger_takes_as_many_statements_too(stage: Stage) -> None:
    counts = []
    for per_page in (1, 100):
        with stage.counted() as sent:
            assert stage.answer(stage.ledger, "admin", per_page=per_page, include="user", search="reason:adjustment")
        counts.append(len(sent))
    assert counts[0] == counts[1]
