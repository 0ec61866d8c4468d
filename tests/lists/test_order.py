"""Sorting by fields and relations, in orders without ties."""

from typing import Any

import pytest

from tests.lists.support.list_shop import ListShop


def test_the_default_order_is_newest_first(list_shop: ListShop) -> None:
    ids = [row["id"] for row in list_shop.rows("/items")]
    assert ids == sorted(ids, reverse=True)


def test_rows_are_sorted_by_several_fields_in_several_directions(list_shop: ListShop) -> None:
    orders = list_shop.rows("/orders", "ada", orderBy="quantity;created_at", sortedBy="desc;asc")
    assert orders == sorted(orders, key=lambda order: (-order["quantity"], order["created_at"], order["id"]))


def test_a_single_direction_applies_to_all_fields(list_shop: ListShop) -> None:
    orders = list_shop.rows("/orders", "ada", orderBy="quantity;created_at", sortedBy="desc")
    assert orders == sorted(orders, key=lambda order: (order["quantity"], order["created_at"], order["id"]))[::-1]


def test_nulls_come_first_ascending_and_last_descending(list_shop: ListShop) -> None:
    ascending = [row["max_per_user"] for row in list_shop.rows("/items", orderBy="max_per_user")]
    descending = [row["max_per_user"] for row in list_shop.rows("/items", orderBy="max_per_user", sortedBy="desc")]
    assert ascending == [None] * 9 + [1, 2, 5]
    assert descending == ascending[::-1]


def test_rows_are_sorted_by_a_relation_to_one(list_shop: ListShop) -> None:
    names = {item_id: name for name, item_id in list_shop.items.items()}
    orders = list_shop.rows("/orders", "ada", orderBy="item.name;created_at")
    assert orders == sorted(orders, key=lambda order: (names[order["item_id"]], order["created_at"], order["id"]))
    assert len({order["id"] for order in orders}) == len(orders)


def test_rows_without_a_related_row_come_first(list_shop: ListShop) -> None:
    actors = [line["actor"] for line in list_shop.rows(list_shop.ledger, "admin", orderBy="user.name")]
    assert actors == sorted(actors, key=lambda actor: actor or 0)


@pytest.mark.parametrize("parameters", [{"orderBy": "currency"}, {"orderBy": "created_at"}, {"orderBy": "price_minor"}])
def test_every_order_ends_with_the_key(list_shop: ListShop, parameters: dict[str, Any]) -> None:
    with list_shop.record_statements() as statements:
        list_shop.rows("/items", **parameters)
    ordered = next(sql for sql in statements if "ORDER BY" in sql)
    assert ordered.partition("ORDER BY ")[2].partition(" \n")[0].endswith("items.id ASC")


def test_fields_after_the_key_are_not_sorted_by(list_shop: ListShop) -> None:
    with list_shop.record_statements() as statements:
        list_shop.rows("/items", orderBy="id;name")
    assert not any("items.name ASC" in sql for sql in statements)
