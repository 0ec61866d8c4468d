"""Numbered pages, totals, and links between pages."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.http.support.shop import API
from tests.lists.support.list_rows import ON_SALE
from tests.lists.support.list_shop import ListShop

PARAMETERS = {
    "search": "name:e;price_minor:900",
    "orderBy": "name",
    "sortedBy": "desc",
    "lang": "zh-Hant",
    "filter": "id",
}


def pagination_of(list_shop: ListShop, path: str = "/items", user: str = "", **parameters: Any) -> dict[str, Any]:
    status, data = list_shop.answer(path, user, **parameters)
    assert status == 200, data
    return dict(data["meta"]["pagination"])


def parameters_of(link: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


@pytest.mark.parametrize("mode", ["page", "simple"])
def test_links_keep_every_other_parameter(list_shop: ListShop, mode: str) -> None:
    links = pagination_of(list_shop, pagination=mode, page=2, per_page=2, **PARAMETERS)["links"]
    expected = {**PARAMETERS, "pagination": mode, "per_page": "2"}
    assert parameters_of(links["previous"]) == {**expected, "page": "1"}
    assert parameters_of(links["next"]) == {**expected, "page": "3"}


def test_the_link_of_a_cursor_keeps_every_other_parameter(list_shop: ListShop) -> None:
    pagination = pagination_of(list_shop, pagination="cursor", per_page=2, **PARAMETERS)
    expected = {**PARAMETERS, "pagination": "cursor", "per_page": "2", "cursor": pagination["next_cursor"]}
    assert parameters_of(pagination["links"]["next"]) == expected


def test_the_link_header_has_the_links_of_the_body(list_shop: ListShop) -> None:
    response = list_shop.shop.http.get(f"{API}/items?page=2&per_page=2&search=name:e")
    links = response.get_json()["data"]["meta"]["pagination"]["links"]
    header_links = dict(re.findall(r'<([^>]+)>; rel="(\w+)"', response.headers["Link"]))
    assert header_links == {links["previous"]: "prev", links["next"]: "next"}


def test_a_single_page_has_no_link_header(list_shop: ListShop) -> None:
    assert "Link" not in list_shop.shop.http.get(f"{API}/items?search=Teapot").headers


def test_following_the_links_shows_every_row_once(list_shop: ListShop) -> None:
    for mode in ("page", "simple"):
        link, names = f"{API}/items?pagination={mode}&per_page=5&orderBy=price_minor", []
        while link:
            data = list_shop.shop.http.get(link).get_json()["data"]
            names += [row["name"] for row in data["data"]]
            link = data["meta"]["pagination"]["links"]["next"]
        assert sorted(names) == sorted(name for name, _, _ in ON_SALE), mode


def test_a_simple_page_has_no_total(list_shop: ListShop) -> None:
    with list_shop.record_statements() as statements:
        pagination = pagination_of(list_shop, pagination="simple", per_page=5)
    assert pagination.keys() == {"count", "per_page", "current_page", "links"}
    assert not any("count(" in sql.lower() for sql in statements)
    assert (pagination["count"], pagination["links"]["previous"]) == (5, None)


def test_the_last_simple_page_has_no_next_link(list_shop: ListShop) -> None:
    assert pagination_of(list_shop, pagination="simple", per_page=6, page=1)["links"]["next"]
    assert pagination_of(list_shop, pagination="simple", per_page=6, page=2)["links"]["next"] is None
    assert pagination_of(list_shop, pagination="simple", per_page=12)["links"] == {"previous": None, "next": None}


def test_a_total_counts_each_row_once(list_shop: ListShop) -> None:
    # Many of Ada's orders match, but she is one row.
    ada = pagination_of(list_shop, "/users", "admin", search="orders.item.currency:EUR;name:Ada", searchJoin="and")
    assert (ada["total"], ada["count"]) == (1, 1)
    buyers = pagination_of(list_shop, "/users", "admin", search="orders.status:confirmed;orders.item.name:tea")
    assert buyers["total"] == buyers["count"] == 2


def test_a_list_has_a_default_pagination_mode(list_shop: ListShop) -> None:
    assert "next_cursor" in pagination_of(list_shop, "/orders", "ada")
    assert "total" in pagination_of(list_shop, "/items")
    assert pagination_of(list_shop, "/orders", "ada", pagination="page", per_page=10)["total"] == 25
