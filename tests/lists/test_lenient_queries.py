"""Harmless parameters, which forms and generated clients send: defaults, empty values, keywords in any case."""

from typing import Any

import pytest

from tests.http.support.shop import API
from tests.lists.support.list_shop import ListShop
from tests.purchase.support.in_process_shop import data_of

NAMES = (
    "search",
    "searchFields",
    "searchJoin",
    "filter",
    "orderBy",
    "sortedBy",
    "pagination",
    "page",
    "per_page",
    "cursor",
)
RELATIONS = ("with", "include", "withCount")


@pytest.mark.parametrize(
    "parameters",
    [
        {"searchJoin": "or"}, {"searchJoin": "and"}, {"searchJoin": "OR"}, {"filter": "*"}, {"search": ""},
        {"search": "", "searchFields": "name:like", "searchJoin": "and"}, {"orderBy": ""}, {"lang": ""},
        {"orderBy": "", "sortedBy": "desc"}, {"orderBy": "", "sortedBy": "DESC"}, {"sortedBy": ""},
        {"sortedBy": "DESC"}, {"searchFields": "name:like"},
        {"pagination": "Page"},
        dict.fromkeys(NAMES, ""),
        *({name: ""} for name in NAMES),
    ],
)  # fmt: skip
def test_a_harmless_parameter_changes_nothing(list_shop: ListShop, parameters: dict[str, str]) -> None:
    plain = list_shop.answer("/items")[1]["data"]

    status, data = list_shop.answer("/items", **parameters)

    assert (status, data.get("data")) == (200, plain), data


@pytest.mark.parametrize("name", [*NAMES, *RELATIONS])
def test_every_parameter_of_a_list_may_be_empty(list_shop: ListShop, name: str) -> None:
    for path, user in list_shop.lists():
        if name in RELATIONS and path != "/users":
            continue
        status, data = list_shop.answer(path, user, **{name: ""})
        assert (status, data.get("data")) == (200, list_shop.answer(path, user)[1]["data"]), path


@pytest.mark.parametrize("path", ["/auth/sessions?page=&per_page=", "/auth/sessions?page="])
def test_other_lists_accept_empty_parameters_too(list_shop: ListShop, path: str) -> None:
    token = list_shop.tokens["ada"]
    plain = data_of(list_shop.shop.send("GET", "/auth/sessions", token), 200)

    assert data_of(list_shop.shop.send("GET", path, token), 200)["data"] == plain["data"]


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ({"search": "name:e;price_minor:900", "searchJoin": "AND"}, {"searchJoin": "and"}),
        ({"search": "name:e;price_minor:900", "searchJoin": "Or"}, {"searchJoin": "or"}),
        ({"orderBy": "name", "sortedBy": "DESC"}, {"sortedBy": "desc"}),
        ({"orderBy": "name;id", "sortedBy": "Desc;ASC"}, {"sortedBy": "desc;asc"}),
        ({"search": "name:Teapot", "searchFields": "name:LIKE"}, {"searchFields": "name:like"}),
        (
            {"search": "price_minor:100,900", "searchFields": "price_minor:Between"},
            {"searchFields": "price_minor:between"},
        ),
        ({"search": "id:1,2", "searchFields": "id:IN"}, {"searchFields": "id:in"}),
        ({"pagination": "SIMPLE"}, {"pagination": "simple"}),
        ({"pagination": "Cursor"}, {"pagination": "cursor"}),
    ],
)
def test_keywords_have_any_case(list_shop: ListShop, given: dict[str, str], plain: dict[str, str]) -> None:
    assert rows_and_page(list_shop, **given) == rows_and_page(list_shop, **{**given, **plain})


def rows_and_page(list_shop: ListShop, **parameters: Any) -> tuple[Any, set[str]]:
    status, data = list_shop.answer("/items", **parameters)
    assert status == 200, data
    return data["data"], set(data["meta"]["pagination"])


@pytest.mark.parametrize(
    ("order", "directions", "complete"),
    [
        ("price_minor;name;id", "desc", "desc;desc;desc"),
        ("price_minor;name;id", "desc;asc", "desc;asc;desc"),
        ("price_minor;name", "asc", "asc;asc"),
        ("currency;price_minor;name", "asc;desc", "asc;desc;asc"),
    ],
)
def test_names_without_a_direction_have_the_first(
    list_shop: ListShop, order: str, directions: str, complete: str
) -> None:
    rows = list_shop.rows("/items", orderBy=order, sortedBy=directions)

    assert rows == list_shop.rows("/items", orderBy=order, sortedBy=complete)


@pytest.mark.parametrize("order", [{}, {"orderBy": ""}])
def test_a_direction_without_an_order_is_that_of_the_default_order(list_shop: ListShop, order: dict[str, str]) -> None:
    newest = list_shop.rows("/items")

    assert list_shop.rows("/items", **order, sortedBy="asc") == newest[::-1]


def test_a_cursor_is_valid_with_harmless_parameters(list_shop: ListShop) -> None:
    first = list_shop.answer("/items", pagination="cursor", per_page=2)[1]
    cursor = first["meta"]["pagination"]["next_cursor"]
    plain = list_shop.answer("/items", cursor=cursor)

    for parameters in ({"searchJoin": "and"}, {"search": ""}, {"orderBy": "", "sortedBy": "desc"}, {"filter": "*"}):
        assert list_shop.answer("/items", cursor=cursor, **parameters)[1]["data"] == plain[1]["data"]


def test_links_keep_harmless_parameters(list_shop: ListShop) -> None:
    response = list_shop.shop.http.get(f"{API}/items?per_page=2&search=&orderBy=&searchJoin=OR")
    link = response.get_json()["data"]["meta"]["pagination"]["links"]["next"]

    assert list_shop.shop.http.get(link).status_code == 200
