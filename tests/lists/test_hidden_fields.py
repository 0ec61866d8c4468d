"""What is hidden cannot be searched, sorted by, shown, counted or reached under any other name, by nobody."""

import pytest

from shop.core.database.model import Model
from tests.lists.list_shop import ANONYMOUS, ListShop, checker_of

SPELLINGS = (
    "{0}",
    "{1}.{0}",
    "{0} as name",
    "`{0}`",
    "item.{0}",
    "orders.{0}",
    "orders.item.{0}",
    "user.{0}",
    "{0}|name",
)
# Columns that some list tells; a test below holds the lists to it.
TOLD = {
    "items": {"id", "name", "introduction", "price_minor", "currency", "stock", "max_per_user", "photo_url", "status"},
    "orders": {"id", "status", "item_id", "quantity", "unit_price_minor", "total_minor", "currency"},
    "users": {"id", "name", "email", "roles", "permissions"},
    "stock_ledger": {"id", "delta", "reason", "ref", "note", "actor"},
    "reconcile_runs": {"id", "item_id", "cause", "expected", "found", "done"},
}
MOMENTS = {"created_at", "updated_at"}
HIDDEN = [
    (table.name, column.name)
    for table in Model.metadata.sorted_tables
    for column in table.columns
    if column.name not in TOLD.get(table.name, set()) | MOMENTS
]


def names(table: str, column: str) -> list[str]:
    return [spelling.format(column, table) for spelling in SPELLINGS]


def test_the_columns_that_matter_are_among_the_hidden() -> None:
    assert {("users", "password_hash"), ("users", "tenant_id"), ("items", "epoch"), ("items", "adj_seq")} <= set(HIDDEN)
    assert {("items", "deleted_at"), ("orders", "seq"), ("orders", "user_id"), ("sessions", "refresh_id")} <= set(
        HIDDEN
    )


@pytest.mark.parametrize(("table", "column"), [pair for pair in HIDDEN if pair[0] in TOLD or pair[0] == "sessions"])
def test_no_list_knows_a_hidden_column_under_any_name(list_shop: ListShop, table: str, column: str) -> None:
    for path, _ in list_shop.lists():
        asks = checker_of(list_shop, path).active_spec
        known = {*asks.fields, *asks.searchable, *asks.sortable, *asks.included, *asks.counted}
        # Some name is another table's column too, which may be told there.
        told = set().union(*TOLD.values()) | MOMENTS
        assert not [name for name in names(table, column) if name in known and column not in told], path


@pytest.mark.parametrize("parameter", ["search", "searchFields", "orderBy", "filter", "with", "withCount"])
@pytest.mark.parametrize("column", ["password_hash", "tenant_id", "epoch", "user_id", "role"])
def test_asking_for_a_hidden_column_is_refused_everywhere(list_shop: ListShop, parameter: str, column: str) -> None:
    for path, who in list_shop.lists():
        for name in names("users", column):
            said = {"search": {"search": f"{name}:1"}, "searchFields": {"search": "a", "searchFields": f"{name}:="}}
            words = said.get(parameter, {parameter: name})
            assert list_shop.answer(path, who, **words)[0] == 422, (path, words)


def test_only_administrators_search_by_what_only_they_may_see(list_shop: ListShop) -> None:
    for words in ({"search": "status:draft"}, {"orderBy": "status"}, {"search": "a", "searchFields": "status"}):
        for who in (ANONYMOUS, "ada"):
            assert list_shop.answer("/items", who, **words)[0] == 422
        assert list_shop.answer("/items", "admin", **words)[0] == 200 or "searchFields" in words
    assert [item["name"] for item in list_shop.rows("/items", "admin", search="status:draft")] == ["Draft tea"]


def test_an_address_is_searched_by_those_only_who_may_see_it(list_shop: ListShop) -> None:
    checker = checker_of(list_shop, "/users")
    stranger = checker.visible_to(None).active_spec
    assert "email" in checker.active_spec.searchable
    assert "email" not in {*stranger.searchable, *stranger.sortable}
    # What is shown of it is another matter: it may be masked.
    assert "email" in stranger.fields
