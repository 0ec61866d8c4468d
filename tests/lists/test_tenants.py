"""Tenants in lists: both have rows, some of them about rows of the other one."""

from typing import Any

import pytest

from tests.lists.support.list_rows import ADAS_ORDERS, FOREIGN, FOREIGN_PRICE, LINES, RUNS
from tests.lists.support.list_shop import ListShop

MODES: list[dict[str, Any]] = [
    {},
    {"pagination": "cursor"},
    {"pagination": "simple"},
    {"orderBy": "id"},
]


def is_foreign(row: object) -> bool:
    """Return True for a row with a mark of the second tenant."""
    return FOREIGN in str(row) or str(FOREIGN_PRICE) in str(row)


def all_lists(list_shop: ListShop) -> list[tuple[str, str]]:
    return [*list_shop.lists(), (f"/users/{list_shop.users['ada']}/orders", "admin")]


@pytest.mark.parametrize("parameters", MODES, ids=str)
def test_a_list_has_no_row_of_another_tenant(list_shop: ListShop, parameters: dict[str, Any]) -> None:
    for path, user in all_lists(list_shop):
        rows = list_shop.rows(path, user, **parameters)
        assert rows
        assert [row for row in rows if is_foreign(row)] == [], path


def test_a_total_counts_no_row_of_another_tenant(list_shop: ListShop) -> None:
    for path, user in all_lists(list_shop):
        _, data = list_shop.answer(path, user, per_page=1, pagination="page")
        assert data["meta"]["pagination"]["total"] == len(list_shop.rows(path, user)), path
    lists = (("/orders", "ada"), ("/reconcile-runs", "admin"), (list_shop.ledger, "admin"))
    assert [len(list_shop.rows(*each)) for each in lists] == [ADAS_ORDERS, RUNS, LINES]


def test_another_tenant_lists_only_its_own_rows(list_shop: ListShop) -> None:
    for path in ("/items", "/users", "/orders", "/reconcile-runs"):
        rows = list_shop.rows(path, "foreigner")
        assert rows
        assert [row for row in rows if not is_foreign(row)] == [], path
    assert [row["name"] for row in list_shop.rows("/users", "foreigner")] == [FOREIGN]
    for path in (list_shop.ledger, f"/users/{list_shop.users['ada']}/orders"):
        assert list_shop.answer(path, "foreigner")[0] == 404


def test_a_search_finds_no_row_of_another_tenant(list_shop: ListShop) -> None:
    for path, user, search in (
        ("/items", "admin", f"name:{FOREIGN}"),
        ("/users", "admin", f"name:{FOREIGN}"),
        ("/users", "admin", f"orders.total_minor:{FOREIGN_PRICE}"),
        ("/orders", "ada", f"item.name:{FOREIGN}"),
        ("/reconcile-runs", "admin", f"found:{FOREIGN}"),
        (list_shop.ledger, "admin", f"note:{FOREIGN}"),
        (list_shop.ledger, "admin", f"user.name:{FOREIGN}"),
    ):
        assert list_shop.answer(path, user, search=search)[1]["data"] == [], (path, search)


def test_related_rows_and_their_counts_are_of_the_own_tenant(list_shop: ListShop) -> None:
    rows = list_shop.rows("/users", "admin", **{"with": "orders.item", "withCount": "orders", "search": "name:Ada"})

    (ada,) = rows
    assert (ada["orders_count"], is_foreign(ada)) == (ADAS_ORDERS, False)
    (foreigner,) = list_shop.rows("/users", "foreigner", **{"with": "orders.item", "withCount": "orders"})
    assert (foreigner["orders_count"], len(foreigner["orders"])) == (2, 2)
    # The order of an item of the other tenant shows nothing of it.
    assert sorted(bool(order["item"]) for order in foreigner["orders"]) == [False, True]


def test_sessions_are_of_the_own_tenant(list_shop: ListShop) -> None:
    assert len(list_shop.rows("/auth/sessions", "ada")) == 1
