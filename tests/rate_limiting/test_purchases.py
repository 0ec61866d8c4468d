"""Rate limit of purchases, counted by the script that reserves the stock."""

from collections.abc import Iterator

import pytest

from shop.core.crypto.tokens import Tokens
from shop.core.settings.rate import OFF, Rate
from tests.http.support.shop import API
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.rate_limiting.limit_headers import parse_limits, parse_names, parse_without_seconds
from tests.support.call_recording import record_commands, record_sql
from tests.support.servers.valkey import Valkey
from tests.support.session_tokens import issue_access_token

MOST = 4
STRATEGIES = ["script", "lock", "watch", "db"]


@pytest.fixture
def shop(make_in_process_shop: MakeInProcessShop) -> InProcessShop:
    """Return a shop with a limit of four purchases a minute."""
    return make_in_process_shop(limit_purchase=Rate(MOST, 60))


def statuses(shop: InProcessShop, item: int, token: str, times: int) -> list[int]:
    return [shop.send_purchase(item, token).status_code for _ in range(times)]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_purchase_above_the_limit_is_refused_and_reserves_nothing(
    make_in_process_shop: MakeInProcessShop, strategy: str
) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(MOST, 60), purchase_strategy=strategy)
    item, token = shop.offer(stock=10), shop.buyer()

    responses = [shop.send_purchase(item, token) for _ in range(MOST + 3)]

    assert [response.status_code for response in responses[:MOST]] == [201 if strategy == "db" else 202] * MOST
    assert [response.status_code for response in responses[MOST:]] == [429] * 3
    assert [parse_without_seconds(response.headers) for response in responses[:MOST]] == [
        [("purchase", MOST, 60, left)] for left in (3, 2, 1, 0)
    ]
    assert responses[-1].headers["Retry-After"] == str(parse_limits(responses[-1].headers)[0].seconds)
    assert shop.read_item(item)["stock"] == 10 - MOST
    # Another buyer is not refused.
    assert shop.send_purchase(item, shop.buyer()).status_code in {201, 202}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_purchases_are_counted_across_processes(make_in_process_shop: MakeInProcessShop, strategy: str) -> None:
    shop, other = (make_in_process_shop(limit_purchase=Rate(MOST, 60), purchase_strategy=strategy) for _ in range(2))
    item, token = shop.offer(stock=10), shop.buyer()
    statuses(shop, item, token, MOST)

    assert statuses(other, item, token, 2) == [429, 429]
    assert other.read_item(item)["stock"] == 10 - MOST


@pytest.mark.parametrize("key", ["", "k"])
def test_the_limit_adds_no_round_trip_and_no_sql(shop: InProcessShop, valkey: Valkey, key: str) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    shop.buy(item, token)

    with record_sql(shop.database.engine) as statements, record_commands(valkey) as commands:
        shop.buy(item, token, key=key)

    assert statements == []
    assert len(commands) == 1, commands


def test_a_refused_purchase_needs_no_sql_and_at_most_one_round_trip(shop: InProcessShop, valkey: Valkey) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    statuses(shop, item, token, MOST)

    with record_sql(shop.database.engine) as statements, record_commands(valkey) as commands:
        refused = statuses(shop, item, token, 20)

    assert (refused, statements) == ([429] * 20, [])
    assert len(commands) <= 1, commands


def test_a_first_purchase_with_two_gate_calls_is_counted_once(shop: InProcessShop) -> None:
    item, token = shop.offer(stock=10), shop.buyer()

    assert parse_limits(shop.send_purchase(item, token).headers)[0].left == MOST - 1


def test_purchases_and_other_requests_are_counted_separately(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(2, 60), limit_default=Rate(2, 60))
    item, token = shop.offer(stock=10), shop.buyer()
    assert statuses(shop, item, token, 3) == [202, 202, 429]

    listings = [shop.send("GET", f"/items/{item}", token) for _ in range(3)]

    assert [(listing.status_code, parse_names(listing.headers)) for listing in listings] == [
        (200, ["default"]), (200, ["default"]), (429, ["default"])
    ]  # fmt: skip


def test_an_invalid_purchase_is_counted(shop: InProcessShop) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    authorization = {"Authorization": f"Bearer {token}"}
    path = f"{API}/items/{item}/purchase"

    responses = [
        shop.http.post(path, json={"quantity": 0}, headers=authorization),
        shop.http.post(path, data=b"{", content_type="application/json", headers=authorization),
        shop.http.post(path, data=b"x=1", headers=authorization),
        shop.send_purchase(999_999, token),
        shop.http.post(path, json={"quantity": 0}, headers=authorization),
    ]

    assert [response.status_code for response in responses] == [422, 400, 415, 404, 429]
    assert [parse_limits(response.headers)[0].left for response in responses] == [3, 2, 1, 0, 0]
    assert statuses(shop, item, token, 1) == [429]
    assert shop.read_item(item)["stock"] == 10


@pytest.mark.parametrize("quantity", [11, 10])
def test_a_purchase_refused_from_the_cache_is_counted(shop: InProcessShop, quantity: int) -> None:
    item, token = shop.offer(stock=9), shop.buyer()

    responses = [shop.send_purchase(item, token, quantity) for _ in range(MOST + 1)]

    assert [response.status_code for response in responses] == [409] * MOST + [429]
    assert [parse_limits(response.headers)[0].left for response in responses] == [3, 2, 1, 0, 0]
    assert 'shop_purchases_total{outcome="too_many_requests"} 1.0' in shop.http.get("/metrics").text


def test_a_purchase_without_a_valid_token_is_counted_by_address(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(2, 60), limit_default=Rate(3, 60))
    item = shop.offer(stock=10)

    responses = [shop.send_purchase(item, token) for token in ("", "nonsense", "a.b.c", "")]

    assert [response.status_code for response in responses] == [401, 401, 401, 429]
    assert {name for response in responses for name in parse_names(response.headers)} == {"default"}


def test_a_purchase_of_a_deleted_user_is_counted(shop: InProcessShop) -> None:
    item, token = shop.offer(stock=10), issue_access_token(shop.container.get(Tokens), 999_999, 1)

    assert statuses(shop, item, token, MOST + 1) == [401] * MOST + [429]


def test_without_a_purchase_limit_nothing_is_counted(make_in_process_shop: MakeInProcessShop, valkey: Valkey) -> None:
    shop = make_in_process_shop(limit_purchase=OFF, limit_default=Rate(1, 60))
    item, token = shop.offer(stock=10), shop.buyer()

    responses = [shop.send_purchase(item, token) for _ in range(5)]

    assert [(response.status_code, parse_names(response.headers)) for response in responses] == [(202, [])] * 5
    with valkey.client() as client:
        assert client.keys("*quota*") == []


def test_a_separate_stock_server_costs_one_more_round_trip(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey, stock_server: Valkey
) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(MOST, 60), stock_redis_urls=(stock_server.url,))
    item, token = shop.offer(stock=10), shop.buyer()
    shop.buy(item, token)

    with record_commands(valkey) as cache_commands, record_commands(stock_server) as stock_commands:
        shop.buy(item, token)

    assert (len(cache_commands), len(stock_commands)) == (1, 1), (cache_commands, stock_commands)
    assert statuses(shop, item, token, 3) == [202, 202, 429]
    with stock_server.client() as client:
        assert client.keys("*quota*") == []


@pytest.fixture
def stock_server() -> Iterator[Valkey]:
    """Start a second Valkey server, for stock only."""
    server = Valkey.create(fsync="everysec")
    yield server
    server.destroy()


def test_refused_purchases_are_counted_like_other_outcomes(shop: InProcessShop) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    statuses(shop, item, token, MOST + 2)

    rows = shop.http.get("/metrics").text.splitlines()

    assert 'shop_purchases_total{outcome="too_many_requests"} 2.0' in rows
    assert 'shop_limits_total{budget="purchase",outcome="refused"} 2.0' in rows
