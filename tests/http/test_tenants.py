"""Two tenants share everything but their rows: neither sees, buys, changes or hears of what is the other's."""

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
NO_ITEM, NO_ORDER, INVALID = 404301, 404401, 401002
IN_SECOND = {"X-Tenant": "second"}
DRAFT = {"name": "Draft", "price_minor": 100, "currency": "EUR", "stock": 5, "status": "draft"}
FORBIDDEN = 403001


class TenantRequest(NamedTuple):
    """A request for one thing; `asked` and `told`: what an administrator and a buyer of another tenant hear."""

    verb: str
    path: str
    body: Any
    request_body: int
    refusal: int


TENANT_REQUESTS = [
    TenantRequest("GET", "/items/{0.item}", None, NO_ITEM, NO_ITEM),
    TenantRequest("PATCH", "/items/{0.item}", {"name": "Taken over"}, NO_ITEM, FORBIDDEN),
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
    """What a tenant has."""

    tenant_id: int
    item: int
    admin: str
    buyer: str
    order: str


def house(shop: Shop, tenant_id: int) -> TenantFixture:
    """A tenant with an item, an administrator, and a buyer who bought."""
    item, buyer = shop.offer(stock=50, tenant_id=tenant_id), shop.buyer(tenant_id)
    order = data_of(shop.buy(item, buyer, Prefer="wait=5"), 201)["id"]
    return TenantFixture(tenant_id, item, shop.admin(tenant_id), buyer, order)


@pytest.fixture(scope="module")
def first_tenant(shop: Shop) -> TenantFixture:
    return house(shop, FIRST)


@pytest.fixture(scope="module")
def second_tenant(shop: Shop) -> TenantFixture:
    return house(shop, SECOND[0])


def state(shop: Shop, one: TenantFixture) -> tuple[Any, ...]:
    """Everything that stands of a tenant's item, as the database has it."""
    item = shop.query_value(
        "SELECT CONCAT_WS('|', name, stock, adj_seq, deleted_at) FROM items WHERE id = %s", one.item
    )
    lines = shop.query_value("SELECT COUNT(*) FROM stock_ledger WHERE item_id = %s", one.item)
    orders = shop.query_value("SELECT GROUP_CONCAT(status) FROM orders WHERE item_id = %s", one.item)
    return item, lines, orders, shop.stock.state(one.tenant_id, one.item).get("avail")


def ids_in(client: HttpClient, path: str, token: str | None, headers: dict[str, str] | None = None) -> set[Any]:
    """The ids on the first page of a list."""
    page = data_of(client.get(f"{API}{path}?per_page=100", token=token, headers=headers), 200)
    return {row["id"] for row in page["data"]}


@pytest.mark.parametrize("deed", TENANT_REQUESTS, ids=lambda deed: f"{deed.verb} {deed.path}")
def test_rows_of_another_tenant_cannot_be_read_or_changed(
    shop: Shop, first_tenant: TenantFixture, second_tenant: TenantFixture, deed: TenantRequest
) -> None:
    before = state(shop, first_tenant)

    with shop.client() as client:
        for token, code in ((second_tenant.admin, deed.request_body), (second_tenant.buyer, deed.refusal)):
            data_of(client.request(deed.verb, API + deed.path.format(first_tenant), deed.body, token=token), code)

    assert state(shop, first_tenant) == before


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
    for one, other in ((first_tenant, second_tenant), (second_tenant, first_tenant)):
        for token in (one.admin, one.buyer):
            items = ids_in(client, "/items", token)
            assert one.item in items
            assert other.item not in items
        assert ids_in(client, "/orders", one.buyer) >= {one.order}
        assert other.order not in ids_in(client, "/orders", one.buyer)


def test_visitors_read_the_items_of_the_selected_tenant(
    client: HttpClient, first_tenant: TenantFixture, second_tenant: TenantFixture
) -> None:
    for headers, one, other in (({}, first_tenant, second_tenant), (IN_SECOND, second_tenant, first_tenant)):
        assert one.item in ids_in(client, "/items", None, headers)
        assert other.item not in ids_in(client, "/items", None, headers)
        data_of(client.get(f"{API}/items/{one.item}", headers=headers), 200)
        data_of(client.get(f"{API}/items/{other.item}", headers=headers), NO_ITEM)


def test_the_tenant_of_the_token_overrides_the_header_and_the_host(
    client: HttpClient, first_tenant: TenantFixture, second_tenant: TenantFixture
) -> None:
    astray = {**IN_SECOND, "Host": SECOND[1]}

    assert first_tenant.item in ids_in(client, "/items", first_tenant.buyer, astray)
    assert second_tenant.item not in ids_in(client, "/items", first_tenant.buyer, astray)
    data_of(client.get(f"{API}/items/{second_tenant.item}", token=first_tenant.admin, headers=astray), NO_ITEM)
    item = data_of(client.post(f"{API}/items", DRAFT, token=first_tenant.admin, headers=astray), 201)["id"]
    data_of(client.get(f"{API}/items/{item}", token=first_tenant.admin), 200)
    data_of(client.get(f"{API}/items/{item}", token=second_tenant.admin), NO_ITEM)


def test_one_email_can_have_an_account_in_each_tenant(client: HttpClient) -> None:
    mail, words = f"{uuid4().hex}@example.com", {"name": "Ann"}
    accounts = [(mail, "Correct-horse-1", {}), (mail, "Battery-staple-2", IN_SECOND)]
    for email, password, headers in accounts:
        said = {**words, "email": email, "password": password}
        data_of(client.post(f"{API}/auth/register", said, headers=headers), 201101)

    for (email, password, headers), (_, wrong, _) in zip(accounts, reversed(accounts), strict=True):
        said = {"email": email, "password": password}
        token = data_of(client.post(f"{API}/auth/login", said, headers=headers), 200102)["access_token"]
        data_of(client.get(f"{API}/auth/me", token=token), 200)
        data_of(client.post(f"{API}/auth/login", {**said, "password": wrong}, headers=headers), 401101)


def test_one_idempotency_key_can_be_used_in_each_tenant(
    shop: Shop, first_tenant: TenantFixture, second_tenant: TenantFixture
) -> None:
    key = uuid4().hex
    bought = [
        data_of(shop.buy(one.item, one.buyer, Idempotency_Key=key), 202)["id"] for one in (first_tenant, second_tenant)
    ]
    again = [shop.buy(one.item, one.buyer, Idempotency_Key=key) for one in (first_tenant, second_tenant)]

    assert bought[0] != bought[1]
    assert [answer.json["data"]["id"] for answer in again] == bought


def test_cache_keys_contain_the_tenant_id(shop: Shop, client: HttpClient, second_tenant: TenantFixture) -> None:
    data_of(client.get(f"{API}/auth/me", token=second_tenant.buyer), 200)
    cache: Any = shop.stock.stores.cache

    def known() -> None:
        keys = {key.decode() if isinstance(key, bytes) else key for key in cache.scan_iter(count=1000)}
        assert any(key.startswith(f"{SECOND[0]}:user:") for key in keys)
        assert any(key.endswith(f":item:{SECOND[0]}:{second_tenant.item}") for key in keys)
        assert not any(key.endswith(f":item:{FIRST}:{second_tenant.item}") for key in keys)

    eventually(known, 5)


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
