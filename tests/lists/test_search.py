"""Search by operators, kinds of values and relations."""

from functools import partial
from typing import Any

import pytest

from shop.core.query.spec import VALUES_MAX, Kind
from tests.lists.support.list_rows import DELETED, LINES
from tests.lists.support.list_shop import ListShop, checker_of


def test_a_value_without_a_name_is_searched_in_every_fitting_field(list_shop: ListShop) -> None:
    # Found in names, in introductions, and as a price.
    assert list_shop.names(search="tea") == ["Green tea", "Black tea", "Teapot"]
    assert list_shop.names(search="about teapot") == ["Teapot"]
    assert list_shop.names(search="900") == ["100% cotton", "1000 cottons"]


def test_several_values_without_a_name_are_all_searched_for(list_shop: ListShop) -> None:
    assert list_shop.names(search="green;cotton") == ["Green tea", "100% cotton", "1000 cottons"]
    assert list_shop.names(search="green;tea", searchJoin="and") == ["Green tea"]
    assert list_shop.names(search="green;cotton", searchJoin="and") == []


@pytest.mark.parametrize(
    ("search", "operators", "found"),
    [
        ("name:tea", "", ["Green tea", "Black tea", "Teapot"]),
        ("name:Teapot", "name:=", ["Teapot"]),
        ("name:tea", "name:=", []),
        ("price_minor:250", "", ["Green tea"]),
        ("price_minor:0", "", ["茶"]),
        ("price_minor:250,300,7", "price_minor:in", ["Green tea", "Black tea"]),
        ("name:Teapot,com\\,ma", "name:in", ["Teapot", "com,ma"]),
        ("price_minor:10,12", "price_minor:between", ["under_score", "underXscore", "semi;colon"]),
        ("price_minor:12,12", "price_minor:between", ["semi;colon"]),
        ("max_per_user:5", "", ["Black tea"]),
        ("name:tea;price_minor:900", "", ["Green tea", "Black tea", "Teapot", "100% cotton", "1000 cottons"]),
        ("name:茶", "", ["茶"]),
    ],
)
def test_every_operator_finds_the_matching_rows(
    list_shop: ListShop, search: str, operators: str, found: list[str]
) -> None:
    parameters = {"searchFields": operators} if operators else {}
    assert list_shop.names(search=search, **parameters) == found


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("name:100%", ["100% cotton"]),
        ("name:%", ["100% cotton"]),
        ("name:_", ["under_score"]),
        ("name:\\\\", ["back\\slash"]),
        ("name:semi\\;", ["semi;colon"]),
        ("name:co:lon: twice", ["co:lon: twice"]),
        ("name:co\\:lon", ["co:lon: twice"]),
        ("co\\:lon", ["co:lon: twice"]),
        ("name:,", ["com,ma"]),
        ("name:/", []),
        ("name:' OR 1=1 --", []),
    ],
)
def test_special_characters_match_literally(list_shop: ListShop, search: str, found: list[str]) -> None:
    assert list_shop.names(search=search) == found


def test_conditions_are_joined_by_or_by_default(list_shop: ListShop) -> None:
    assert list_shop.names(search="name:tea;price_minor:250", searchJoin="and") == ["Green tea"]
    assert len(list_shop.names(search="name:tea;price_minor:250", searchJoin="or")) == 3


def test_an_or_does_not_find_hidden_rows(list_shop: ListShop) -> None:
    names = list_shop.names(search="name:tea;name:e;price_minor:500")
    assert not set(names) & {"Draft tea", "Old tea", DELETED}


def test_a_value_without_a_name_is_searched_in_the_named_fields_only(list_shop: ListShop) -> None:
    assert list_shop.names(search="about", searchFields="name:like") == []
    assert list_shop.names(search="900,250", searchFields="price_minor:in") == [
        "Green tea",
        "100% cotton",
        "1000 cottons",
    ]
    refusal = list_shop.refusal("/items", search="about", searchFields="price_minor")
    assert refusal == {"search": ["price_minor needs a whole number, not about."]}


def test_a_search_value_may_be_a_time_a_uuid_or_a_choice(list_shop: ListShop) -> None:
    first = list_shop.rows("/orders", "ada", search="created_at:2026-05-01T14:00:00+02:00", orderBy="id")
    assert len(first) == 3
    assert list_shop.rows("/orders", "ada", search=f"id:{first[0]['id']}") == first[:1]
    cancelled = list_shop.rows("/orders", "ada", search="status:cancelled")
    assert {order["status"] for order in cancelled} == {"cancelled"}
    until = "2026-05-01T12:00:00Z,2026-05-01T12:01:00Z"
    assert len(list_shop.rows("/orders", "ada", search=f"created_at:{until}", searchFields="created_at:between")) == 6


def test_a_boolean_is_searched_by_true_and_false(list_shop: ListShop) -> None:
    found = {row["open"] for row in list_shop.rows("/reconcile-runs", "admin", search="open:true")}
    others = {row["open"] for row in list_shop.rows("/reconcile-runs", "admin", search="open:false")}
    assert (found, others) == ({True}, {False})


def test_a_search_may_pass_one_relation(list_shop: ListShop) -> None:
    teas = list_shop.rows("/orders", "ada", search="item.name:tea")
    assert {order["item_id"] for order in teas} == {list_shop.items["Green tea"], list_shop.items["Black tea"]}
    assert list_shop.rows("/orders", "ada", search="item.name:pot") == []
    assert len(list_shop.rows(list_shop.ledger, "admin", search="user.name:ada")) == LINES / 3
    names = {list_shop.items["Teapot"]}
    assert {run["item_id"] for run in list_shop.rows("/reconcile-runs", "admin", search="item.name:Teapot")} == names


def test_a_search_may_pass_two_relations(list_shop: ListShop) -> None:
    buyers = list_shop.rows("/users", "admin", search="orders.item.name:Teapot")
    assert [user["name"] for user in buyers] == ["Bob"]
    both = list_shop.rows(
        "/users", "admin", search="orders.item.price_minor:2500;orders.status:cancelled", orderBy="name"
    )
    assert [user["name"] for user in both] == ["Ada", "Bob"]


def test_a_row_with_many_matching_related_rows_is_found_once(list_shop: ListShop) -> None:
    status, data = list_shop.answer("/users", "admin", search="orders.currency:EUR")
    assert status == 200
    assert sorted(user["name"] for user in data["data"]) == ["Ada", "Bob"]
    assert data["meta"]["pagination"]["total"] == 2


def test_a_search_with_the_maximum_of_relations_is_answered_in_time(list_shop: ListShop) -> None:
    # With `and` MySQL turns the subqueries into joins and tries all join orders, which takes too long for many tables.
    names = ("orders.item.name:t", "orders.item.price_minor:250", "orders.item.currency:EUR")
    found = list_shop.rows("/users", "admin", search=";".join(names), searchJoin="and")
    assert [user["name"] for user in found] == ["Ada"]
    refusal = list_shop.refusal(
        "/users", "admin", search=";".join((*names, "orders.id:" + "0" * 8 + "-0000" * 3 + "-" + "0" * 12))
    )
    assert refusal == {"search": ["The search goes over more than 6 relations."]}


def test_a_comparison_may_have_as_many_values_as_the_limit(list_shop: ListShop) -> None:
    prices = ",".join(["250", *map(str, range(1_000_001, 1_000_000 + VALUES_MAX))])
    assert list_shop.names(search=f"price_minor:{prices}", searchFields="price_minor:in") == ["Green tea"]


def test_each_whole_number_is_searched_and_sorted_by_its_own_column(list_shop: ListShop) -> None:
    for path, user in list_shop.lists():
        rows, fields = list_shop.rows(path, user), checker_of(list_shop, path).active_spec.fields
        for name in [name for name, field in fields.items() if field.kind is Kind.INTEGER and field.operators]:
            highest = max(row[name] for row in rows if row[name] is not None)
            found = list_shop.rows(path, user, search=f"{name}:{highest}")
            assert found == [row for row in rows if row[name] == highest], (path, name)
            ordered = list_shop.rows(path, user, orderBy=name, sortedBy="desc")
            assert ordered == sorted(rows, key=partial(_sort_key, name), reverse=True), (path, name)


def _sort_key(name: str, row: dict[str, Any]) -> tuple[object, ...]:
    # The key of a row decides between equal values.
    return row[name] is not None, row[name] or 0, row["id"]
