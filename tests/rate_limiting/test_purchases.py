"""The budget of purchases: counted in the round trip that takes the pieces, before they are taken."""

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
    """A shop in which a user may buy four times a minute."""
    return make_in_process_shop(limit_purchase=Rate(MOST, 60))


def statuses(shop: InProcessShop, item: int, token: str, times: int) -> list[int]:
    return [shop.send_purchase(item, token).status_code for _ in range(times)]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_one_purchase_too_many_is_refused_and_takes_nothing(
    make_in_process_shop: MakeInProcessShop, strategy: str
) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(MOST, 60), purchase_strategy=strategy)
    item, token = shop.offer(stock=10), shop.buyer()

    answers = [shop.send_purchase(item, token) for _ in range(MOST + 3)]

    assert [answer.status_code for answer in answers[:MOST]] == [201 if strategy == "db" else 202] * MOST
    assert [answer.status_code for answer in answers[MOST:]] == [429] * 3
    assert [parse_without_seconds(answer.headers) for answer in answers[:MOST]] == [
        [("purchase", MOST, 60, left)] for left in (3, 2, 1, 0)
    ]
    assert answers[-1].headers["Retry-After"] == str(parse_limits(answers[-1].headers)[0].seconds)
    assert shop.read_item(item)["stock"] == 10 - MOST
    # Somebody else buys on.
    assert shop.send_purchase(item, shop.buyer()).status_code in {201, 202}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_one_process_has_sold_another_refuses(make_in_process_shop: MakeInProcessShop, strategy: str) -> None:
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


def test_who_is_refused_costs_no_sql_and_at_most_one_round_trip(shop: InProcessShop, valkey: Valkey) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    statuses(shop, item, token, MOST)

    with record_sql(shop.database.engine) as statements, record_commands(valkey) as commands:
        refused = statuses(shop, item, token, 20)

    assert (refused, statements) == ([429] * 20, [])
    assert len(commands) <= 1, commands


def test_a_first_purchase_counts_once_though_the_gate_is_asked_twice(shop: InProcessShop) -> None:
    item, token = shop.offer(stock=10), shop.buyer()

    assert parse_limits(shop.send_purchase(item, token).headers)[0].left == MOST - 1


def test_a_purchase_that_is_sent_again_counts_again(shop: InProcessShop) -> None:
    item, token = shop.offer(stock=10), shop.buyer()

    answers = [shop.send_purchase(item, token, key="mine") for _ in range(MOST + 1)]

    assert [answer.status_code for answer in answers] == [202] * MOST + [429]
    assert shop.read_item(item)["stock"] == 9


def test_purchases_and_other_requests_have_budgets_of_their_own(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(2, 60), limit_default=Rate(2, 60))
    item, token = shop.offer(stock=10), shop.buyer()
    assert statuses(shop, item, token, 3) == [202, 202, 429]

    looks = [shop.send("GET", f"/items/{item}", token) for _ in range(3)]

    assert [(look.status_code, parse_names(look.headers)) for look in looks] == [
        (200, ["default"]), (200, ["default"]), (429, ["default"])
    ]  # fmt: skip


def test_what_is_no_purchase_counts_as_one_too(shop: InProcessShop) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    permit = {"Authorization": f"Bearer {token}"}
    path = f"{API}/items/{item}/purchase"

    answers = [
        shop.http.post(path, json={"quantity": 0}, headers=permit),
        shop.http.post(path, data=b"{", content_type="application/json", headers=permit),
        shop.http.post(path, data=b"x=1", headers=permit),
        shop.send_purchase(999_999, token),
        shop.http.post(path, json={"quantity": 0}, headers=permit),
    ]

    assert [answer.status_code for answer in answers] == [422, 400, 415, 404, 429]
    assert [parse_limits(answer.headers)[0].left for answer in answers] == [3, 2, 1, 0, 0]
    assert statuses(shop, item, token, 1) == [429]
    assert shop.read_item(item)["stock"] == 10


@pytest.mark.parametrize("quantity", [11, 10])
def test_a_refusal_that_is_remembered_counts_too(shop: InProcessShop, quantity: int) -> None:
    item, token = shop.offer(stock=9), shop.buyer()

    answers = [shop.send_purchase(item, token, quantity) for _ in range(MOST + 1)]

    assert [answer.status_code for answer in answers] == [409] * MOST + [429]
    assert [parse_limits(answer.headers)[0].left for answer in answers] == [3, 2, 1, 0, 0]
    assert 'shop_purchases_total{outcome="too_many_requests"} 1.0' in shop.http.get("/metrics").text


def test_without_a_good_token_it_is_a_request_of_a_stranger(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(2, 60), limit_default=Rate(3, 60))
    item = shop.offer(stock=10)

    answers = [shop.send_purchase(item, token) for token in ("", "nonsense", "a.b.c", "")]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert {name for answer in answers for name in parse_names(answer.headers)} == {"default"}


def test_a_user_who_is_gone_counts_too(shop: InProcessShop) -> None:
    item, token = shop.offer(stock=10), issue_access_token(shop.container.get(Tokens), 999_999, 1)

    assert statuses(shop, item, token, MOST + 1) == [401] * MOST + [429]


def test_off_leaves_the_purchase_as_it_was(make_in_process_shop: MakeInProcessShop, valkey: Valkey) -> None:
    shop = make_in_process_shop(limit_purchase=OFF, limit_default=Rate(1, 60))
    item, token = shop.offer(stock=10), shop.buyer()

    answers = [shop.send_purchase(item, token) for _ in range(5)]

    assert [(answer.status_code, parse_names(answer.headers)) for answer in answers] == [(202, [])] * 5
    with valkey.client() as client:
        assert client.keys("*quota*") == []


def test_stock_on_a_server_of_its_own_costs_one_round_trip_more(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey, shops_apart: Valkey
) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(MOST, 60), stock_redis_urls=(shops_apart.url,))
    item, token = shop.offer(stock=10), shop.buyer()
    shop.buy(item, token)

    with record_commands(valkey) as asked, record_commands(shops_apart) as taken:
        shop.buy(item, token)

    assert (len(asked), len(taken)) == (1, 1), (asked, taken)
    assert statuses(shop, item, token, 3) == [202, 202, 429]
    with shops_apart.client() as client:
        assert client.keys("*quota*") == []


@pytest.fixture
def shops_apart() -> Iterator[Valkey]:
    """Another Valkey."""
    server = Valkey.create(fsync="everysec")
    yield server
    server.destroy()


def test_refused_purchases_are_counted_like_other_outcomes(shop: InProcessShop) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    statuses(shop, item, token, MOST + 2)

    rows = shop.http.get("/metrics").text.splitlines()

    assert 'shop_purchases_total{outcome="too_many_requests"} 2.0' in rows
    assert 'shop_limits_total{budget="purchase",outcome="refused"} 2.0' in rows
