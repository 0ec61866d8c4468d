"""Items: created, changed and deleted by administrators, readable without a sign-in."""

from typing import Any

import pytest

from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

FORBIDDEN = 403001
BODY: dict[str, Any] = {"name": "Ticket", "price_minor": 100, "currency": "EUR", "stock": 5, "status": "on_sale"}
INVALID = (
    ("name", "", 422301),
    ("name", "a" * 201, 422301),
    ("price_minor", -1, 422302),
    ("price_minor", 9.5, 422302),
    ("price_minor", "100", 422302),
    ("currency", "eur", 422303),
    ("currency", "EURO", 422303),
    ("stock", -1, 422304),
    ("stock", 10**9 + 1, 422304),
    ("status", "sold", 422305),
    ("introduction", "a" * 10_001, 422306),
    ("max_per_user", 0, 422307),
    ("photo_url", "javascript:alert(1)", 422308),
)


def test_a_created_item_can_be_read_at_its_location(shop: Shop, client: HttpClient) -> None:
    answer = client.post(f"{API}/items", BODY, token=shop.admin())

    item = data_of(answer, 201)
    assert answer.headers["Location"] == f"{API}/items/{item['id']}"
    assert data_of(client.get(answer.headers["Location"]), 200) == item
    assert {name: item[name] for name in BODY} == BODY


def test_a_patch_changes_only_the_given_fields(shop: Shop, client: HttpClient) -> None:
    item = shop.offer(stock=7)
    before = shop.item(item)

    answer = client.request("PATCH", f"{API}/items/{item}", {"name": "New", "max_per_user": 2}, token=shop.admin())

    after = data_of(answer, 200)
    assert after == {**before, "name": "New", "max_per_user": 2, "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]


def test_the_stock_cannot_be_patched(shop: Shop, client: HttpClient) -> None:
    item = shop.offer()

    assert_refused(client.request("PATCH", f"{API}/items/{item}", {"stock": 3}, token=shop.admin()), 422001, "stock")


def test_an_administrator_sees_drafts(shop: Shop, client: HttpClient) -> None:
    item = shop.offer(status="draft")

    assert data_of(client.get(f"{API}/items/{item}", token=shop.admin()), 200)["status"] == "draft"
    data_of(client.get(f"{API}/items/{item}", token=shop.buyer()), 404301)


def test_a_draft_put_on_sale_can_be_bought(shop: Shop) -> None:
    item = shop.offer(status="draft")

    shop.revise(item, status="on_sale")

    shop.wait_until_open(item)
    data_of(shop.buy(item, shop.buyer()), 202)


@pytest.mark.parametrize(("name", "value", "code"), INVALID)
def test_each_invalid_field_has_its_own_code(
    shop: Shop, client: HttpClient, name: str, value: object, code: int
) -> None:
    assert_refused(client.post(f"{API}/items", {**BODY, name: value}, token=shop.admin()), code, name)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_buyer_may_not_edit_the_catalogue(shop: Shop, item: int, method: str) -> None:
    path = f"{API}/items" if method == "POST" else f"{API}/items/{item}"
    cases = [(body, shop.buyer(), FORBIDDEN) for body in (BODY, {}, None)]

    for body, token, code in [*cases, (BODY, None, 401001)]:
        # One connection each: the server closes it when it refuses a request before reading the body.
        with shop.client() as client:
            data_of(client.request(method, path, body, token=token), code)


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_an_unknown_item_cannot_be_edited(shop: Shop, client: HttpClient, method: str) -> None:
    body = {"name": "New"} if method == "PATCH" else None

    data_of(client.request(method, f"{API}/items/999999", body, token=shop.admin()), 404301)


def move_to_another_tenant(shop: Shop, item: int) -> None:
    shop.query_value("UPDATE items SET tenant_id = 2, status = 'on_sale' WHERE id = %s", item)
    shop.query_value("UPDATE stock_ledger SET tenant_id = 2 WHERE item_id = %s", item)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "", None), ("PATCH", "", {"name": "Changed"}), ("DELETE", "", None), ("POST", "/restore", None)],
)
def test_an_item_of_another_tenant_is_not_found(
    shop: Shop, client: HttpClient, method: str, path: str, body: dict[str, str] | None
) -> None:
    item = shop.offer(status="draft")
    move_to_another_tenant(shop, item)

    data_of(client.request(method, f"{API}/items/{item}{path}", body, token=shop.admin()), 404301)

    assert shop.query_value("SELECT name <> 'Changed' AND deleted_at IS NULL FROM items WHERE id = %s", item)


def test_an_item_of_another_tenant_is_not_found_without_a_token(shop: Shop, client: HttpClient) -> None:
    item = shop.offer(status="draft")
    move_to_another_tenant(shop, item)

    data_of(client.get(f"{API}/items/{item}"), 404301)


def test_a_list_contains_items_of_the_tokens_tenant(shop: Shop, client: HttpClient) -> None:
    own_item, foreign_item, foreign_user = shop.offer(), shop.offer(status="draft"), shop.enter(tenant_id=2)
    move_to_another_tenant(shop, foreign_item)

    listed = [row["id"] for row in data_of(client.get(f"{API}/items", token=foreign_user.token), 200)["data"]]

    assert foreign_item in listed
    assert own_item not in listed
