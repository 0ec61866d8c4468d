"""Permissions to read users and their orders and drafts."""

import pytest

from shop.constants.permission import Permission
from shop.constants.user import RoleFlag
from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

NO_USER, NO_ORDER, NO_ITEM = 404101, 404401, 404301
VIEW, EMAIL = Permission.USERS_VIEW_ANY, Permission.USERS_VIEW_EMAIL
KEYS = {"id", "name", "email", "roles", "permissions", "disabled", "created_at"}


def test_users_are_listed_newest_first_with_masked_emails(shop: Shop, client: HttpClient) -> None:
    clerk, foreign_user = shop.enter(VIEW, email="clerk@seen.example"), shop.enter(tenant_id=2)
    user = shop.enter(name="Ann", email="amy@seen.example")

    page = data_of(client.get(f"{API}/users?per_page=2", token=clerk.token), 200)

    assert [row["id"] for row in page["data"]] == [user.id, clerk.id]
    assert [row["email"] for row in page["data"]] == ["a***@s***.example", "clerk@seen.example"]
    assert set(page["data"][0]) == KEYS
    assert page["meta"]["pagination"]["per_page"] == 2
    assert foreign_user.id not in [row["id"] for row in page["data"]]


@pytest.mark.parametrize("roles", [RoleFlag.GENERAL, RoleFlag.ADMIN])
def test_the_email_permission_shows_full_addresses(shop: Shop, client: HttpClient, roles: RoleFlag) -> None:
    reader, user = shop.enter(VIEW, EMAIL, roles=int(roles)), shop.enter(name="Bea")

    account = data_of(client.get(f"{API}/users/{user.id}", token=reader.token), 200)

    assert account["email"] == shop.query_value("SELECT email FROM users WHERE id = %s", user.id)


def test_a_user_can_read_only_the_own_account(shop: Shop, client: HttpClient) -> None:
    user, other_user = shop.enter(), shop.enter()

    account = data_of(client.get(f"{API}/users/{user.id}", token=user.token), 200)
    refusals = [client.get(f"{API}/users/{number}", token=user.token) for number in (other_user.id, 10**9)]

    assert "***" not in account["email"]
    assert [data_of(answer, NO_USER)["error_code"] for answer in refusals] == ["NOT_FOUND"] * 2


def test_responses_to_writes_are_masked(shop: Shop, client: HttpClient) -> None:
    clerk, user = shop.enter(Permission.USERS_DISABLE), shop.enter(email=f"cleo{shop.offer()}@example.org")

    account = data_of(client.post(f"{API}/users/{user.id}/disable", token=clerk.token), 200)

    assert account["email"] == "c***@e***.org"


def test_the_orders_permission_shows_all_orders_of_the_own_tenant(shop: Shop, client: HttpClient, item: int) -> None:
    buyer, clerk, admin = shop.enter(), shop.enter(Permission.ORDERS_VIEW_ANY), shop.admin()
    foreign_clerk = shop.enter(Permission.ORDERS_VIEW_ANY, tenant_id=2)
    order = data_of(shop.buy(item, buyer.token, Prefer="wait=5"), 201)

    for token in (clerk.token, admin):
        assert data_of(client.get(f"{API}/orders/{order['id']}", token=token), 200)["id"] == order["id"]
        listed = data_of(client.get(f"{API}/users/{buyer.id}/orders", token=token), 200)
        assert [row["id"] for row in listed["data"]] == [order["id"]]
        assert data_of(client.get(f"{API}/orders", token=token), 200)["data"] == []
    for token in (shop.buyer(), foreign_clerk.token):
        data_of(client.get(f"{API}/orders/{order['id']}", token=token), NO_ORDER)
    data_of(client.get(f"{API}/users/{buyer.id}/orders", token=foreign_clerk.token), NO_USER)
    data_of(client.get(f"{API}/users/{buyer.id}/orders", token=buyer.token), 403001)


def test_a_clerk_can_read_a_pending_order(shop: Shop, client: HttpClient, item: int) -> None:
    clerk = shop.enter(Permission.ORDERS_VIEW_ANY)
    with shop.stop_process("worker"):
        order = data_of(shop.buy(item, shop.buyer()), 202)

        assert data_of(client.get(f"{API}/orders/{order['id']}", token=clerk.token), 200)["status"] == "pending"


def test_the_cancel_permission_does_not_allow_reading_orders(shop: Shop, client: HttpClient, item: int) -> None:
    clerk = shop.enter(Permission.ORDERS_CANCEL_ANY)
    order = data_of(shop.buy(item, shop.buyer(), Prefer="wait=5"), 201)

    data_of(client.get(f"{API}/orders/{order['id']}", token=clerk.token), NO_ORDER)
    cancelled = data_of(client.post(f"{API}/orders/{order['id']}/cancel", token=clerk.token), 200)

    assert cancelled["status"] == "cancelled"


def test_the_drafts_permission_shows_drafts(shop: Shop, client: HttpClient) -> None:
    draft = shop.offer(status="draft")

    answer = client.get(f"{API}/items/{draft}", token=shop.enter(Permission.ITEMS_VIEW_DRAFTS).token)
    data_of(client.get(f"{API}/items/{draft}", token=shop.enter(Permission.ITEMS_CREATE).token), NO_ITEM)

    assert data_of(answer, 200)["status"] == "draft"


def test_permissions_are_listed_in_the_requested_language(client: HttpClient, buyer: str) -> None:
    listed = data_of(client.get(f"{API}/permissions", token=buyer), 200)
    translated = data_of(client.get(f"{API}/permissions?lang=zh-TW", token=buyer), 200)

    item_permission = {"code": "300002", "name": "items.create", "kind": "route", "sentence": "Offer new items."}
    assert item_permission in listed
    assert [row["code"] for row in listed] == [permission.code for permission in Permission]
    assert next(row["sentence"] for row in translated if row["code"] == "300002") == "上架新商品。"
    data_of(client.get(f"{API}/permissions"), 401001)
