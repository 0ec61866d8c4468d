"""Isolation of two tenants that share processes and stores."""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from shop.core.crypto.tokens import Tokens
from tests.http.support.envelope import data_of
from tests.http.support.shop import API, SECOND, Shop
from tests.support.http import HttpClient
from tests.support.polling import eventually
from tests.support.session_tokens import issue_access_token

FIRST = 1
NO_ITEM, NO_ORDER, INVALID, FORBIDDEN = 404301, 404401, 401002, 403001
IN_SECOND = {"X-Tenant": "second"}
DRAFT = {"name": "Draft", "price_minor": 100, "currency": "EUR", "stock": 5, "status": "draft"}


class TenantRequest(NamedTuple):
    """A request, and the codes for users of another tenant."""

    verb: str
    path: str
    body: Any
    administrator_code: int
    buyer_code: int


TENANT_REQUESTS = [
    TenantRequest("GET", "/items/{0.item}", None, NO_ITEM, NO_ITEM),
    TenantRequest("PATCH", "/items/{0.item}", {"name": "Changed"}, NO_ITEM, FORBIDDEN),
    TenantRequest("DELETE", "/items/{0.item}", None, NO_ITEM, FORBIDDEN),
    TenantRequest("POST", "/items/{0.item}/restore", None, NO_ITEM, FORBIDDEN),
    TenantRequest("POST", "/items/{0.item}/stock-adjustments", {"delta": -1, "reason": "taken"}, NO_ITEM, FORBIDDEN),
    TenantRequest("GET", "/items/{0.item}/stock-ledger", None, NO_ITEM, FORBIDDEN),
    TenantRequest("POST", "/items/{0.item}/purchase", {"quantity": 1}, NO_ITEM, NO_ITEM),
    TenantRequest("GET", "/orders/{0.order}", None, NO_ORDER, NO_ORDER),
    TenantRequest("POST", "/orders/{0.order}/cancel", None, NO_ORDER, NO_ORDER),
]


@dataclass(frozen=True)
class TenantFixture:
    """Rows and tokens of a tenant."""

    tenant_id: int
    item: int
    admin: str
    buyer: str
    order: str


def create_tenant_data(shop: Shop, tenant_id: int) -> TenantFixture:
    """Create an item, an administrator and a buyer with an order."""
    item, buyer = shop.offer(stock=50, tenant_id=tenant_id), shop.buyer(tenant_id)
    order = data_of(shop.buy(item, buyer, Prefer="wait=5"), 201)["id"]
    return TenantFixture(tenant_id, item, shop.admin(tenant_id), buyer, order)


@pytest.fixture(scope="module")
def first_tenant(shop: Shop) -> TenantFixture:
    return create_tenant_data(shop, FIRST)


@pytest.fixture(scope="module")
def second_tenant(shop: Shop) -> TenantFixture:
    return create_tenant_data(shop, SECOND[0])


def item_state(shop: Shop, tenant: TenantFixture) -> tuple[Any, ...]:
    """Return the stored state of a tenant's item in both stores."""
    item = shop.query_value(
        "SELECT CONCAT_WS('|', name, stock, adj_seq, deleted_at) FROM items WHERE id = %s", tenant.item
    )
    lines = shop.query_value("SELECT COUNT(*) FROM stock_ledger WHERE item_id = %s", tenant.item)
    orders = shop.query_value("SELECT GROUP_CONCAT(status) FROM orders WHERE item_id = %s", tenant.item)
    return item, lines, orders, shop.stock.state(tenant.tenant_id, tenant.item).get("avail")


def ids_in(client: HttpClient, path: str, token: str | None, headers: dict[str, str] | None = None) -> set[Any]:
    """Return the ids on the first page of a list."""
    page = data_of(client.get(f"{API}{path}?per_page=100", token=token, headers=headers), 200)
    return {row["id"] for row in page["data"]}


@pytest.mark.parametrize("case", TENANT_REQUESTS, ids=lambda case: f"{case.verb} {case.path}")
def test_rows_of_another_tenant_cannot_be_read_or_changed(
    shop: Shop, first_tenant: TenantFixture, second_tenant: TenantFixture, case: TenantRequest
) -> None:
    before = item_state(shop, first_tenant)

    with shop.client() as client:
        for token, code in ((second_tenant.admin, case.administrator_code), (second_tenant.buyer, case.buyer_code)):
            data_of(client.request(case.verb, API + case.path.format(first_tenant), case.body, token=token), code)

    assert item_state(shop, first_tenant) == before


def test_a_pending_order_of_another_tenant_is_not_found(
    shop: Shop, client: HttpClient, first_tenant: TenantFixture, second_tenant: TenantFixture
) -> None:
    with shop.stop_process("worker"):
        order = data_of(shop.buy(first_tenant.item, first_tenant.buyer), 202)["id"]
        data_of(shop.order(order, second_tenant.admin), NO_ORDER)
        data_of(client.post(f"{API}/orders/{order}/cancel", token=second_tenant.admin), NO_ORDER)
        assert data_of(shop.order(order, first_tenant.buyer), 200)["status"] == "pending"


def test_lists_contain_only_rows_of_the_own_tenant(
    client: HttpClient, first_tenant: TenantFixture, second_tenant: TenantFixture
) -> None:
    for own, foreign in ((first_tenant, second_tenant), (second_tenant, first_tenant)):
        for token in (own.admin, own.buyer):
            items = ids_in(client, "/items", token)
            assert own.item in items
            assert foreign.item not in items
        assert ids_in(client, "/orders", own.buyer) >= {own.order}
        assert foreign.order not in ids_in(client, "/orders", own.buyer)


def test_visitors_read_the_items_of_the_selected_tenant(
    client: HttpClient, first_tenant: TenantFixture, second_tenant: TenantFixture
) -> None:
    for headers, own, foreign in (({}, first_tenant, second_tenant), (IN_SECOND, second_tenant, first_tenant)):
        assert own.item in ids_in(client, "/items", None, headers)
        assert foreign.item not in ids_in(client, "/items", None, headers)
        data_of(client.get(f"{API}/items/{own.item}", headers=headers), 200)
        data_of(client.get(f"{API}/items/{foreign.item}", headers=headers), NO_ITEM)


def test_the_tenant_of_the_token_overrides_the_header_and_the_host(
    client: HttpClient, first_tenant: TenantFixture, second_tenant: TenantFixture
) -> None:
    other_tenant = {**IN_SECOND, "Host": SECOND[1]}

    assert first_tenant.item in ids_in(client, "/items", first_tenant.buyer, other_tenant)
    assert second_tenant.item not in ids_in(client, "/items", first_tenant.buyer, other_tenant)
    data_of(client.get(f"{API}/items/{second_tenant.item}", token=first_tenant.admin, headers=other_tenant), NO_ITEM)
    item = data_of(client.post(f"{API}/items", DRAFT, token=first_tenant.admin, headers=other_tenant), 201)["id"]
    data_of(client.get(f"{API}/items/{item}", token=first_tenant.admin), 200)
    data_of(client.get(f"{API}/items/{item}", token=second_tenant.admin), NO_ITEM)


def test_one_email_can_have_an_account_in_each_tenant(client: HttpClient) -> None:
    address, profile = f"{uuid4().hex}@example.com", {"name": "Ann"}
    accounts = [(address, "Correct-horse-1", {}), (address, "Battery-staple-2", IN_SECOND)]
    for email, password, headers in accounts:
        body = {**profile, "email": email, "password": password}
        data_of(client.post(f"{API}/auth/register", body, headers=headers), 201101)

    for (email, password, headers), (_, wrong_password, _) in zip(accounts, reversed(accounts), strict=True):
        body = {"email": email, "password": password}
        token = data_of(client.post(f"{API}/auth/login", body, headers=headers), 200102)["access_token"]
        data_of(client.get(f"{API}/auth/me", token=token), 200)
        data_of(client.post(f"{API}/auth/login", {**body, "password": wrong_password}, headers=headers), 401101)


def test_one_idempotency_key_can_be_used_in_each_tenant(
    shop: Shop, first_tenant: TenantFixture, second_tenant: TenantFixture
) -> None:
    key, tenants = uuid4().hex, (first_tenant, second_tenant)
    answers = [shop.buy(tenant.item, tenant.buyer, Idempotency_Key=key) for tenant in tenants]
    replays = [shop.buy(tenant.item, tenant.buyer, Idempotency_Key=key) for tenant in tenants]
    order_ids = [data_of(answer, 202)["id"] for answer in answers]

    assert order_ids[0] != order_ids[1]
    assert [answer.json["data"]["id"] for answer in replays] == order_ids


def test_cache_keys_contain_the_tenant_id(shop: Shop, client: HttpClient, second_tenant: TenantFixture) -> None:
    data_of(client.get(f"{API}/auth/me", token=second_tenant.buyer), 200)
    cache: Any = shop.stock.stores.cache

    def assert_keys() -> None:
        keys = {key.decode() if isinstance(key, bytes) else key for key in cache.scan_iter(count=1000)}
        assert any(key.startswith(f"{SECOND[0]}:user:") for key in keys)
        assert any(key.endswith(f":item:{SECOND[0]}:{second_tenant.item}") for key in keys)
        assert not any(key.endswith(f":item:{FIRST}:{second_tenant.item}") for key in keys)

    eventually(assert_keys, 5)


def test_a_token_with_another_tenant_than_the_users_is_refused(
    shop: Shop, client: HttpClient, first_tenant: TenantFixture
) -> None:
    user_id = shop.query_value("SELECT MAX(id) FROM users WHERE tenant_id = %s", FIRST)
    for tenant_id in (SECOND[0], 999):
        forged = issue_access_token(shop.container.get(Tokens), user_id, tenant_id)
        data_of(client.get(f"{API}/auth/me", token=forged), INVALID)
        data_of(client.post(f"{API}/items/{first_tenant.item}/purchase", {"quantity": 1}, token=forged), INVALID)


def test_log_lines_contain_the_tenant(shop: Shop, client: HttpClient, second_tenant: TenantFixture) -> None:
    data_of(client.post(f"{API}/items", DRAFT, token=second_tenant.admin), 201)

    log = shop.service.folder / "web.log"
    eventually(lambda: f"[tenant {SECOND[0]}] POST /api/v1/items 201" in log.read_text(), 5)
