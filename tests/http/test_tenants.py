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
from tests.support.session_tokens import access

FIRST = 1
NO_ITEM, NO_ORDER, INVALID = 404301, 404401, 401002
IN_SECOND = {"X-Tenant": "second"}
DRAFT = {"name": "Draft", "price_minor": 100, "currency": "EUR", "stock": 5, "status": "draft"}
FORBIDDEN = 403001


class Deed(NamedTuple):
    """A request for one thing; `asked` and `told`: what an administrator and a buyer of another tenant hear."""

    verb: str
    path: str
    body: Any
    asked: int
    told: int


DEEDS = [
    Deed("GET", "/items/{0.item}", None, NO_ITEM, NO_ITEM),
    Deed("PATCH", "/items/{0.item}", {"name": "Taken over"}, NO_ITEM, FORBIDDEN),
    Deed("DELETE", "/items/{0.item}", None, NO_ITEM, FORBIDDEN),
    Deed("POST", "/items/{0.item}/restore", None, NO_ITEM, FORBIDDEN),
    Deed("POST", "/items/{0.item}/stock-adjustments", {"delta": -1, "reason": "taken"}, NO_ITEM, FORBIDDEN),
    Deed("GET", "/items/{0.item}/stock-ledger", None, NO_ITEM, FORBIDDEN),
    Deed("POST", "/items/{0.item}/purchase", {"quantity": 1}, NO_ITEM, NO_ITEM),
    Deed("GET", "/orders/{0.order}", None, NO_ORDER, NO_ORDER),
    Deed("POST", "/orders/{0.order}/cancel", None, NO_ORDER, NO_ORDER),
]


@dataclass(frozen=True)
class House:
    """What a tenant has."""

    tenant_id: int
    item: int
    admin: str
    buyer: str
    order: str


def house(shop: Shop, tenant_id: int) -> House:
    """A tenant with an item, an administrator, and a buyer who bought."""
    item, buyer = shop.offer(stock=50, tenant_id=tenant_id), shop.buyer(tenant_id)
    order = data_of(shop.buy(item, buyer, Prefer="wait=5"), 201)["id"]
    return House(tenant_id, item, shop.admin(tenant_id), buyer, order)


@pytest.fixture(scope="module")
def ours(shop: Shop) -> House:
    return house(shop, FIRST)


@pytest.fixture(scope="module")
def theirs(shop: Shop) -> House:
    return house(shop, SECOND[0])


def state(shop: Shop, one: House) -> tuple[Any, ...]:
    """Everything that stands of a tenant's item, as the database has it."""
    item = shop.ask("SELECT CONCAT_WS('|', name, stock, adj_seq, deleted_at) FROM items WHERE id = %s", one.item)
    lines = shop.ask("SELECT COUNT(*) FROM stock_ledger WHERE item_id = %s", one.item)
    orders = shop.ask("SELECT GROUP_CONCAT(status) FROM orders WHERE item_id = %s", one.item)
    return item, lines, orders, shop.stock.state(one.tenant_id, one.item).get("avail")


def ids_in(client: HttpClient, path: str, token: str | None, headers: dict[str, str] | None = None) -> set[Any]:
    """The ids on the first page of a list."""
    page = data_of(client.get(f"{API}{path}?per_page=100", token=token, headers=headers), 200)
    return {row["id"] for row in page["data"]}


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: f"{deed.verb} {deed.path}")
def test_nothing_can_be_done_to_what_is_another_tenants(shop: Shop, ours: House, theirs: House, deed: Deed) -> None:
    before = state(shop, ours)

    with shop.client() as client:
        for token, code in ((theirs.admin, deed.asked), (theirs.buyer, deed.told)):
            data_of(client.request(deed.verb, API + deed.path.format(ours), deed.body, token=token), code)

    assert state(shop, ours) == before


def test_a_promise_that_is_not_written_is_as_invisible(
    shop: Shop, client: HttpClient, ours: House, theirs: House
) -> None:
    with shop.without("worker"):
        order = data_of(shop.buy(ours.item, ours.buyer), 202)["id"]
        data_of(shop.order(order, theirs.admin), NO_ORDER)
        data_of(client.post(f"{API}/orders/{order}/cancel", token=theirs.admin), NO_ORDER)
        assert data_of(shop.order(order, ours.buyer), 200)["status"] == "pending"


def test_each_hears_of_its_own_alone(client: HttpClient, ours: House, theirs: House) -> None:
    for one, other in ((ours, theirs), (theirs, ours)):
        for token in (one.admin, one.buyer):
            items = ids_in(client, "/items", token)
            assert one.item in items
            assert other.item not in items
        assert ids_in(client, "/orders", one.buyer) >= {one.order}
        assert other.order not in ids_in(client, "/orders", one.buyer)


def test_visitors_see_the_tenant_that_they_name(client: HttpClient, ours: House, theirs: House) -> None:
    for headers, one, other in (({}, ours, theirs), (IN_SECOND, theirs, ours)):
        assert one.item in ids_in(client, "/items", None, headers)
        assert other.item not in ids_in(client, "/items", None, headers)
        data_of(client.get(f"{API}/items/{one.item}", headers=headers), 200)
        data_of(client.get(f"{API}/items/{other.item}", headers=headers), NO_ITEM)


def test_a_token_wins_over_the_header_and_the_host(client: HttpClient, ours: House, theirs: House) -> None:
    astray = {**IN_SECOND, "Host": SECOND[1]}

    assert ours.item in ids_in(client, "/items", ours.buyer, astray)
    assert theirs.item not in ids_in(client, "/items", ours.buyer, astray)
    data_of(client.get(f"{API}/items/{theirs.item}", token=ours.admin, headers=astray), NO_ITEM)
    item = data_of(client.post(f"{API}/items", DRAFT, token=ours.admin, headers=astray), 201)["id"]
    data_of(client.get(f"{API}/items/{item}", token=ours.admin), 200)
    data_of(client.get(f"{API}/items/{item}", token=theirs.admin), NO_ITEM)


def test_one_address_has_an_account_with_each(client: HttpClient) -> None:
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


def test_one_key_buys_once_with_each(shop: Shop, ours: House, theirs: House) -> None:
    key = uuid4().hex
    bought = [data_of(shop.buy(one.item, one.buyer, Idempotency_Key=key), 202)["id"] for one in (ours, theirs)]
    again = [shop.buy(one.item, one.buyer, Idempotency_Key=key) for one in (ours, theirs)]

    assert bought[0] != bought[1]
    assert [answer.json["data"]["id"] for answer in again] == bought


def test_keys_and_caches_of_each_bear_its_number(shop: Shop, client: HttpClient, theirs: House) -> None:
    data_of(client.get(f"{API}/auth/me", token=theirs.buyer), 200)
    cache: Any = shop.stock.stores.cache

    def known() -> None:
        keys = {key.decode() if isinstance(key, bytes) else key for key in cache.scan_iter(count=1000)}
        assert any(key.startswith(f"{SECOND[0]}:user:") for key in keys)
        assert any(key.endswith(f":item:{SECOND[0]}:{theirs.item}") for key in keys)
        assert not any(key.endswith(f":item:{FIRST}:{theirs.item}") for key in keys)

    eventually(known, 5)


def test_a_token_of_a_tenant_that_is_not_the_users_opens_nothing(shop: Shop, client: HttpClient, ours: House) -> None:
    user_id = shop.ask("SELECT MAX(id) FROM users WHERE tenant_id = %s", FIRST)
    for tenant_id in (SECOND[0], 999):
        forged = access(shop.container.get(Tokens), user_id, tenant_id)
        data_of(client.get(f"{API}/auth/me", token=forged), INVALID)
        data_of(client.post(f"{API}/items/{ours.item}/purchase", {"quantity": 1}, token=forged), INVALID)


def test_the_log_says_whose_request_it_was(shop: Shop, client: HttpClient, theirs: House) -> None:
    data_of(client.post(f"{API}/items", DRAFT, token=theirs.admin), 201)

    log = shop.service.folder / "web.log"
    eventually(lambda: f"[tenant {SECOND[0]}] POST /api/v1/items 201" in log.read_text(), 5)
