"""Pagination by number and by cursor, and invalid queries."""

import pytest

from shop.core.database.model import DEFAULT_TENANT
from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.shop import API, SECOND, Shop
from tests.support.http import HttpClient

FIELD = 422001
INVALID = (
    ("page=0", "page"),
    ("page=-1", "page"),
    ("page=abc", "page"),
    ("page=1.5", "page"),
    ("page=99999999999999999999", "page"),
    ("per_page=0", "per_page"),
    ("per_page=101", "per_page"),
    ("nope=1", "nope"),
    ("Page=1", "Page"),
)


@pytest.mark.parametrize(("query", "name"), INVALID)
def test_an_invalid_query_is_refused(client: HttpClient, query: str, name: str) -> None:
    assert_refused(client.get(f"{API}/items?{query}"), FIELD, name)


@pytest.mark.parametrize("query", ["cursor=abc", "cursor=abc.def", "cursor=" + "a" * 4001])
def test_a_forged_cursor_is_refused(client: HttpClient, buyer: str, query: str) -> None:
    assert_refused(client.get(f"{API}/orders?{query}", token=buyer), FIELD, "cursor")


def test_a_page_returns_its_position(shop: Shop, client: HttpClient) -> None:
    for _ in range(3):
        shop.offer()

    page = data_of(client.get(f"{API}/items?per_page=2&page=2"), 200)

    position = page["meta"]["pagination"]
    assert (position["count"], position["per_page"], position["current_page"]) == (len(page["data"]), 2, 2)
    assert position["total_pages"] == -(-position["total"] // 2)
    assert position["links"]["previous"] == f"{API}/items?page=1&per_page=2"


def test_the_first_and_last_page_have_no_further_link(shop: Shop, client: HttpClient) -> None:
    for _ in range(3):
        shop.offer()
    total = data_of(client.get(f"{API}/items"), 200)["meta"]["pagination"]["total"]

    first = data_of(client.get(f"{API}/items?per_page=1"), 200)["meta"]["pagination"]["links"]
    last = data_of(client.get(f"{API}/items?per_page=1&page={total}"), 200)["meta"]["pagination"]["links"]

    assert (first["previous"], last["next"]) == (None, None)
    data_of(client.get(first["next"]), 200)
    data_of(client.get(last["previous"]), 200)


def test_a_page_after_the_last_one_is_empty(client: HttpClient) -> None:
    page = data_of(client.get(f"{API}/items?page=1000000"), 200)

    assert page["data"] == []


def test_items_on_sale_are_listed_newest_first(shop: Shop, client: HttpClient) -> None:
    older, draft, newer = shop.offer(), shop.offer(status="draft"), shop.offer()

    ids = [item["id"] for item in data_of(client.get(f"{API}/items"), 200)["data"]]

    assert ids[:2] == [newer, older]
    assert draft not in ids


def test_a_list_and_an_item_show_the_available_stock(shop: Shop, client: HttpClient) -> None:
    item = shop.offer(stock=10)
    with shop.stop_process("worker"):
        data_of(shop.buy(item, shop.buyer(), 4), 202)

        listed = data_of(client.get(f"{API}/items"), 200)["data"][0]

        assert (listed["id"], listed["stock"]) == (item, 6)
        assert shop.item(item) == listed


def test_a_cursor_is_rejected_in_another_tenant(client: HttpClient, shop: Shop) -> None:
    first, second = (shop.admin(tenant_id) for tenant_id in (DEFAULT_TENANT, SECOND[0]))
    path = f"{API}/users?pagination=cursor&per_page=1"
    cursor = data_of(client.get(path, token=first), 200)["meta"]["pagination"]["next_cursor"]

    assert client.get(f"{path}&cursor={cursor}", token=first).status == 200
    assert_refused(client.get(f"{path}&cursor={cursor}", token=second), 422001, "cursor")
