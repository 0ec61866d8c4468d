"""Numbered pages with a total and without one, and the links that lead from each to the next."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.http.support.shop import API
from tests.lists.list_rows import ON_SALE
from tests.lists.list_shop import ListShop

ASKED = {"search": "name:e;price_minor:900", "orderBy": "name", "sortedBy": "desc", "lang": "zh-Hant", "filter": "id"}


def place_of(stage: ListShop, path: str = "/items", who: str = "", **words: Any) -> dict[str, Any]:
    status, data = stage.answer(path, who, **words)
    assert status == 200, data
    return dict(data["meta"]["pagination"])


def words_of(link: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


@pytest.mark.parametrize("mode", ["page", "simple"])
def test_links_keep_every_other_parameter(list_shop: ListShop, mode: str) -> None:
    links = place_of(list_shop, pagination=mode, page=2, per_page=2, **ASKED)["links"]
    said = {**ASKED, "pagination": mode, "per_page": "2"}
    assert words_of(links["previous"]) == {**said, "page": "1"}
    assert words_of(links["next"]) == {**said, "page": "3"}


def test_the_link_of_a_cursor_keeps_every_other_parameter(list_shop: ListShop) -> None:
    place = place_of(list_shop, pagination="cursor", per_page=2, **ASKED)
    said = {**ASKED, "pagination": "cursor", "per_page": "2", "cursor": place["next_cursor"]}
    assert words_of(place["links"]["next"]) == said


def test_the_links_of_an_answer_stand_in_its_header_too(list_shop: ListShop) -> None:
    answer = list_shop.shop.http.get(f"{API}/items?page=2&per_page=2&search=name:e")
    links = answer.get_json()["data"]["meta"]["pagination"]["links"]
    told = dict(re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["Link"]))
    assert told == {links["previous"]: "prev", links["next"]: "next"}


def test_where_there_is_no_other_page_there_is_no_header(list_shop: ListShop) -> None:
    assert "Link" not in list_shop.shop.http.get(f"{API}/items?search=Teapot").headers


def test_following_the_links_shows_every_row_once(list_shop: ListShop) -> None:
    for mode in ("page", "simple"):
        link, found = f"{API}/items?pagination={mode}&per_page=5&orderBy=price_minor", []
        while link:
            data = list_shop.shop.http.get(link).get_json()["data"]
            found += [row["name"] for row in data["data"]]
            link = data["meta"]["pagination"]["links"]["next"]
        assert sorted(found) == sorted(name for name, _, _ in ON_SALE), mode


def test_a_simple_page_counts_nothing(list_shop: ListShop) -> None:
    with list_shop.record_statements() as sent:
        place = place_of(list_shop, pagination="simple", per_page=5)
    assert place.keys() == {"count", "per_page", "current_page", "links"}
    assert not any("count(" in sql.lower() for sql in sent)
    assert (place["count"], place["links"]["previous"]) == (5, None)


def test_the_last_simple_page_knows_that_it_is(list_shop: ListShop) -> None:
    assert place_of(list_shop, pagination="simple", per_page=6, page=1)["links"]["next"]
    assert place_of(list_shop, pagination="simple", per_page=6, page=2)["links"]["next"] is None
    assert place_of(list_shop, pagination="simple", per_page=12)["links"] == {"previous": None, "next": None}


def test_a_total_counts_rows_and_not_what_they_lead_to(list_shop: ListShop) -> None:
    # Ada's orders are many, and she is one.
    found = place_of(list_shop, "/users", "admin", search="orders.item.currency:EUR;name:Ada", searchJoin="and")
    assert (found["total"], found["count"]) == (1, 1)
    buyers = place_of(list_shop, "/users", "admin", search="orders.status:confirmed;orders.item.name:tea")
    assert buyers["total"] == buyers["count"] == 2


def test_a_list_says_how_it_is_cut_unless_asked_otherwise(list_shop: ListShop) -> None:
    assert "next_cursor" in place_of(list_shop, "/orders", "ada")
    assert "total" in place_of(list_shop, "/items")
    assert place_of(list_shop, "/orders", "ada", pagination="page", per_page=10)["total"] == 25
