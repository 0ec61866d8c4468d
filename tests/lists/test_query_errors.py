"""Error messages of invalid list queries."""

from typing import Any

import pytest

from shop.core.query.spec import CONDITIONS_MAX, VALUE_MAX, VALUES_MAX
from tests.lists.support.list_shop import ListShop

SEARCHED = "id, name, introduction, price_minor, currency, max_per_user, created_at, updated_at"
SORTED = "id, name, price_minor, currency, max_per_user, created_at, updated_at"
INTEGER = "price_minor needs a whole number, not {}."
PAIR = "price_minor needs two values, the lower one first."
DATETIME = "created_at needs a moment such as 2026-01-31T12:00:00Z, not {}."
DIRECTIONS = "There are 2 directions for 1 names: say one for all, or one for each."
STATES = "status needs one of these, not lost: pending, confirmed, cancelled, rejected."
BETWEEN = {"searchFields": "price_minor:between"}
MANY = {"search": "id:" + ",".join("1" * (VALUES_MAX + 1)), "searchFields": "id:in"}
SHOWN = "id, name, introduction, price_minor, currency, stock, status, max_per_user, photo_url, created_at, updated_at"
REFUSED: list[tuple[dict[str, str], str, str]] = [
    ({"search": "nope:1"}, "search", f"nope cannot be searched; what can: {SEARCHED}."),
    ({"search": "item.name:1"}, "search", f"item.name cannot be searched; what can: {SEARCHED}."),
    ({"search": "stock:1"}, "search", f"stock cannot be searched; what can: {SEARCHED}."),
    ({"search": "Name:1"}, "search", f"Name cannot be searched; what can: {SEARCHED}."),
    ({"search": "name :1"}, "search", f"name  cannot be searched; what can: {SEARCHED}."),
    ({"search": "a", "searchFields": "nope:like"}, "searchFields", f"nope cannot be searched; what can: {SEARCHED}."),
    ({"search": "a", "searchFields": "id:like"}, "searchFields", "like is no operator of id; allowed: =, in, between."),
    ({"search": "a", "searchFields": "name:>"}, "searchFields", "> is no operator of name; allowed: like, =, in."),
    ({"search": "a", "searchFields": "name;name:="}, "searchFields", "name is said twice."),
    ({"searchFields": "nope:like"}, "searchFields", f"nope cannot be searched; what can: {SEARCHED}."),
    ({"search": "a;;b"}, "search", "A part is empty."),
    ({"search": "a;"}, "search", "A part is empty."),
    ({"search": ":a"}, "search", "A part is empty."),
    ({"search": "name:"}, "search", "name has no value."),
    ({"search": "price_minor:1,,2", "searchFields": "price_minor:in"}, "search", "price_minor has no value."),
    ({"search": "price_minor:"}, "search", "price_minor has no value."),
    ({"search": "price_minor:1.5"}, "search", INTEGER.format("1.5")),
    ({"search": "price_minor:1,2"}, "search", INTEGER.format("1,2")),
    ({"search": "price_minor:" + "9" * 19}, "search", INTEGER.format("9" * 19)),
    ({"search": "price_minor:1", **BETWEEN}, "search", PAIR),
    ({"search": "price_minor:2,1", **BETWEEN}, "search", PAIR),
    ({"search": "price_minor:1,2,3", **BETWEEN}, "search", PAIR),
    ({"search": "created_at:today"}, "search", DATETIME.format("today")),
    ({"search": "created_at:2026-02-30T12:00:00Z"}, "search", DATETIME.format("2026-02-30T12:00:00Z")),
    ({"search": "created_at:2026-01-31T12:00:00"}, "search", DATETIME.format("2026-01-31T12:00:00")),
    ({"search": "name:a\\b"}, "search", "A backslash stands before one of ; : , and \\ only."),
    ({"search": "name:a\\"}, "search", "A backslash stands before one of ; : , and \\ only."),
    ({"search": "name:" + "a" * (VALUE_MAX + 1)}, "search", f"name needs a text of at most {VALUE_MAX} characters."),
    ({"search": "a" * (VALUE_MAX + 1)}, "search", "a" * 100 + "… fits nothing that can be searched."),
    ({"search": "a;" * CONDITIONS_MAX + "a"}, "search", f"There are more than {CONDITIONS_MAX} conditions."),
    (MANY, "search", f"id has more than {VALUES_MAX} values."),
    ({"search": "a", "searchJoin": "xor"}, "searchJoin", "Joining of conditions must be one of: or, and."),
    ({"orderBy": "nope"}, "orderBy", f"nope cannot be sorted by; what can: {SORTED}."),
    ({"orderBy": "stock"}, "orderBy", f"stock cannot be sorted by; what can: {SORTED}."),
    ({"orderBy": "id,name"}, "orderBy", f"id,name cannot be sorted by; what can: {SORTED}."),
    ({"orderBy": "name;name"}, "orderBy", "name is said twice."),
    ({"orderBy": "name;"}, "orderBy", "A part is empty."),
    ({"orderBy": "id;name;price_minor;currency;created_at;updated_at"}, "orderBy", "There are more than 5 names."),
    ({"orderBy": "name", "sortedBy": "up"}, "sortedBy", "up is no direction; allowed: asc, desc."),
    ({"orderBy": "name", "sortedBy": "asc;desc"}, "sortedBy", DIRECTIONS),
    ({"filter": "nope"}, "filter", f"nope cannot be shown; what can: {SHOWN}."),
    ({"orderBy": "", "sortedBy": "asc;desc"}, "sortedBy", DIRECTIONS),
    ({"search": "", "searchFields": "nope"}, "searchFields", f"nope cannot be searched; what can: {SEARCHED}."),
    ({"searchJoin": "xor"}, "searchJoin", "Joining of conditions must be one of: or, and."),
    ({"filter": "*;id"}, "filter", f"* cannot be shown; what can: {SHOWN}."),
    ({"nope": ""}, "nope", "nope is not known here."),
    ({"filter": "id;id"}, "filter", "id is said twice."),
    ({"include": "orders"}, "include", "Include is not known here."),
    ({"withCount": "orders"}, "withCount", "Count is not known here."),
    ({"pagination": "offset"}, "pagination", "Pagination must be one of: page, simple, cursor."),
    ({"pagination": "cursor", "page": "1"}, "page", "What is cut by a cursor has no numbered pages."),
    ({"pagination": "page", "cursor": "abc"}, "cursor", "Only what is cut by a cursor goes on at one."),
    ({"search[name]": "tea"}, "search[name]", "search[name] is not known here."),
    ({"search[]": "tea"}, "search[]", "search[] is not known here."),
    ({"serach": "tea"}, "serach", "serach is not known here."),
    ({"limit": "1"}, "limit", "limit is not known here."),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "parameter", "message"), REFUSED)
def test_an_invalid_parameter_is_named_with_its_message(
    list_shop: ListShop, parameters: dict[str, str], parameter: str, message: str
) -> None:
    assert list_shop.refusal("/items", **parameters) == {parameter: [message]}


@pytest.mark.parametrize(
    ("parameters", "parameter", "message"),
    [
        ({"include": "item;user"}, "include", "user cannot be included; what can: item."),
        ({"with": "items"}, "with", "items cannot be included; what can: item."),
        ({"with": "item.orders"}, "with", "item.orders cannot be included; what can: item."),
        ({"search": ";".join(["item.name:a"] * 7)}, "search", "The search goes over more than 6 relations."),
        ({"search": "id:7"}, "search", "id needs a UUID, not 7."),
        ({"search": "status:lost"}, "search", STATES),
    ],
)  # fmt: skip
def test_the_message_names_the_relations_of_a_list(
    list_shop: ListShop, parameters: dict[str, str], parameter: str, message: str
) -> None:
    assert list_shop.refusal("/orders", "ada", **parameters) == {parameter: [message]}


def test_a_boolean_is_true_or_false(list_shop: ListShop) -> None:
    refusal = list_shop.refusal("/reconcile-runs", "admin", search="open:1")
    assert refusal == {"search": ["open needs true or false, not 1."]}


def test_only_declared_relations_can_be_counted(list_shop: ListShop) -> None:
    refusal = list_shop.refusal("/users", "admin", withCount="orders;sessions")
    assert refusal == {"withCount": ["sessions cannot be counted; what can: orders."]}


def test_a_relation_to_many_cannot_be_sorted_by(list_shop: ListShop) -> None:
    refusal = list_shop.refusal("/users", "admin", orderBy="orders.created_at")
    assert refusal == {"orderBy": ["orders.created_at cannot be sorted by; what can: id, name, email, created_at."]}


def test_all_errors_are_returned_together(list_shop: ListShop) -> None:
    refusal = list_shop.refusal("/items", search="a:1;b:2", orderBy="c", filter="d;name;e", sortedBy="f")
    assert {name: len(messages) for name, messages in refusal.items()} == {
        "search": 2,
        "orderBy": 1,
        "filter": 2,
        "sortedBy": 1,
    }


@pytest.mark.parametrize(("language", "begins"), [("zh-Hant", "不能按 nope 搜尋"), ("zh-Hans", "不能按 nope 搜索")])
def test_messages_are_translated_to_the_language_of_the_client(list_shop: ListShop, language: str, begins: str) -> None:
    refusal = list_shop.refusal("/items", search="nope:1", lang=language)
    assert refusal["search"][0].startswith(begins)


def test_errors_are_available_as_a_problem(list_shop: ListShop) -> None:
    response: Any = list_shop.shop.http.get(
        "/api/v1/items?orderBy=nope", headers={"Accept": "application/problem+json"}
    )
    errors = response.get_json()["errors"]
    assert [(error["parameter"], error["code"]) for error in errors] == [("orderBy", 422001)]
