"""Rate limits when Redis is down or has lost data."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shop.core.rate_limiting.limiter import RateLimiter
from shop.core.rate_limiting.windows import EXHAUSTED_CACHE_SECONDS
from shop.core.settings.rate import Rate
from tests.http.support.shop import API
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.rate_limiting.limit_headers import parse_limits
from tests.support.polling import Eventually
from tests.support.servers.valkey import Valkey

MOST = 30


def send_request(shop: InProcessShop, peer: str = "203.0.113.9") -> TestResponse:
    return shop.http.get(f"{API}/nowhere", environ_base={"REMOTE_ADDR": peer})


def count_passed(shops: list[InProcessShop], times: int) -> int:
    """Send requests to the processes in turn and count those that pass."""
    return sum(send_request(shops[number % len(shops)]).status_code == 404 for number in range(times))


@pytest.fixture
def shops(make_in_process_shop: MakeInProcessShop) -> list[InProcessShop]:
    """Two processes of one shop."""
    return [make_in_process_shop(limit_default=Rate(MOST, 60)) for _ in range(2)]


def find_counter(valkey: Valkey) -> Any:
    with valkey.client() as client:
        (key,) = client.keys("1:quota:*")
        return key


def test_a_flush_of_redis_does_not_reset_the_quota(shops: list[InProcessShop], valkey: Valkey) -> None:
    assert count_passed(shops, 20) == 20

    valkey.flush()

    # One process does not know the other's last request.
    assert MOST - 20 <= count_passed(shops, 4 * MOST) <= MOST - 20 + 1


def test_a_window_keeps_its_end_after_a_flush(shops: list[InProcessShop], valkey: Valkey) -> None:
    send_request(shops[0])
    with valkey.client() as client:
        client.pexpire(find_counter(valkey), 5000)
        send_request(shops[0])
        client.flushall()

        (limit,) = parse_limits(send_request(shops[0]).headers)
        assert (limit.left, limit.seconds <= 5) == (MOST - 3, True)
        assert 0 < client.pttl(find_counter(valkey)) <= 5000


def test_a_redis_with_an_older_count_is_updated(shops: list[InProcessShop], valkey: Valkey) -> None:
    count_passed(shops, 20)
    with valkey.client() as client:
        client.set(find_counter(valkey), 2, keepttl=True)

    assert parse_limits(send_request(shops[1]).headers)[0].left == MOST - 21


def test_an_exhausted_window_is_restored_in_redis(shops: list[InProcessShop], valkey: Valkey) -> None:
    assert count_passed(shops, 2 * MOST) == MOST
    valkey.flush()
    expire_exhausted_cache(shops[0])

    assert send_request(shops[0]).status_code == 429

    with valkey.client() as client:
        assert int(client.get(find_counter(valkey)) or 0) == MOST


def expire_exhausted_cache(shop: InProcessShop) -> None:
    """Let the process query Redis again before it refuses."""
    (window,) = shop.container.get(RateLimiter).local_windows._windows.values()
    window.synced_at -= EXHAUSTED_CACHE_SECONDS


def test_a_purchase_is_counted_from_the_last_known_count(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey
) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(3, 60))
    item, token = shop.offer(stock=10), shop.buyer()
    shop.buy(item, token)
    shop.buy(item, token)
    with valkey.client() as client:
        client.delete(find_counter(valkey))

    assert [shop.send_purchase(item, token).status_code for _ in range(2)] == [202, 429]


def test_a_counter_of_another_type_causes_no_server_error(shops: list[InProcessShop], valkey: Valkey) -> None:
    send_request(shops[0])
    with valkey.client() as client:
        key = find_counter(valkey)
        client.delete(key)
        client.hset(key, "a", "b")
        client.pexpire(key, 60_000)

    responses = [send_request(shops[0]) for _ in range(3)]

    assert {response.status_code for response in responses} <= {404, 429}
    assert [parse_limits(response.headers)[0].name for response in responses] == ["default"] * 3


def test_requests_without_redis_are_counted_when_it_is_back(
    make_in_process_shop: MakeInProcessShop, make_valkey: Callable[[], Valkey], eventually: Eventually
) -> None:
    own = make_valkey()
    shop = make_in_process_shop(redis_url=own.url, limit_default=Rate(40, 60))
    [send_request(shop) for _ in range(10)]
    own.kill()
    without = [send_request(shop) for _ in range(10)]
    own.start()
    eventually(lambda: send_request(shop).status_code == 404, 5)

    assert [response.status_code for response in without] == [404] * 2 + [429] * 8
    assert [parse_limits(response.headers)[0].left for response in without[:2]] == [1, 0]
    assert parse_limits(send_request(shop).headers)[0].left == 40 - 10 - 2 - 2


def test_a_purchase_without_redis_is_a_503_until_its_share_is_spent(
    make_in_process_shop: MakeInProcessShop, make_valkey: Callable[[], Valkey]
) -> None:
    own = make_valkey()
    shop = make_in_process_shop(redis_url=own.url, limit_purchase=Rate(40, 60))
    item, token = shop.offer(stock=100), shop.buyer()
    shop.buy(item, token)
    own.kill()

    responses = [shop.send_purchase(item, token) for _ in range(4)]

    assert [response.status_code for response in responses] == [503, 503, 429, 429]
    assert [parse_limits(response.headers)[0].left for response in responses] == [1, 0, 0, 0]
    assert all("Retry-After" in response.headers for response in responses)


def test_a_purchase_with_an_unknown_result_is_a_503_and_not_a_429(
    make_in_process_shop: MakeInProcessShop, make_valkey: Callable[[], Valkey]
) -> None:
    own = make_valkey()
    shop = make_in_process_shop(redis_url=own.url, limit_purchase=Rate(1, 60))
    item, token = shop.offer(stock=100), shop.buyer()
    shop.buy(item, token)
    expire_exhausted_cache(shop)
    own.kill()

    response = shop.send_purchase(item, token)

    assert (response.status_code, parse_limits(response.headers)[0].left) == (503, 0)


def test_processes_without_redis_share_the_limit_of_the_next_window(
    make_in_process_shop: MakeInProcessShop, make_valkey: Callable[[], Valkey]
) -> None:
    own = make_valkey()
    shops = [make_in_process_shop(redis_url=own.url, limit_default=Rate(20, 60)) for _ in range(2)]
    own.kill()
    for shop in shops:
        send_request(shop, "198.51.100.1")
        breaker = shop.container.get(RateLimiter).breaker
        assert breaker.opened_at
        # As if Redis had been down for a minute.
        breaker.opened_at -= 60

    assert count_passed(shops, 80) == 20
