"""What processes do for limits when Redis knows less than they do, or nothing at all."""

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


def passed(shops: list[InProcessShop], times: int) -> int:
    """How many of so many requests pass, that go to one process after the other."""
    return sum(send_request(shops[number % len(shops)]).status_code == 404 for number in range(times))


@pytest.fixture
def shops(make_in_process_shop: MakeInProcessShop) -> list[InProcessShop]:
    """Two processes of one shop."""
    return [make_in_process_shop(limit_default=Rate(MOST, 60)) for _ in range(2)]


def key_of(valkey: Valkey) -> Any:
    with valkey.client() as client:
        (key,) = client.keys("1:quota:*")
        return key


def test_a_flush_in_the_middle_gives_no_fresh_quota(shops: list[InProcessShop], valkey: Valkey) -> None:
    assert passed(shops, 20) == 20

    valkey.flush()

    # One of the two had not heard of the other's last request.
    assert MOST - 20 <= passed(shops, 4 * MOST) <= MOST - 20 + 1


def test_the_window_goes_on_where_it_was(shops: list[InProcessShop], valkey: Valkey) -> None:
    send_request(shops[0])
    with valkey.client() as client:
        client.pexpire(key_of(valkey), 5000)
        send_request(shops[0])
        client.flushall()

        (standing,) = parse_limits(send_request(shops[0]).headers)
        assert (standing.left, standing.seconds <= 5) == (MOST - 3, True)
        assert 0 < client.pttl(key_of(valkey)) <= 5000


def test_an_older_redis_is_told_what_was_counted_since(shops: list[InProcessShop], valkey: Valkey) -> None:
    passed(shops, 20)
    with valkey.client() as client:
        client.set(key_of(valkey), 2, keepttl=True)

    assert parse_limits(send_request(shops[1]).headers)[0].left == MOST - 21


def test_a_spent_window_is_told_to_a_redis_that_forgot(shops: list[InProcessShop], valkey: Valkey) -> None:
    assert passed(shops, 2 * MOST) == MOST
    valkey.flush()
    let_a_moment_pass(shops[0])

    assert send_request(shops[0]).status_code == 429

    with valkey.client() as client:
        assert int(client.get(key_of(valkey)) or 0) == MOST


def let_a_moment_pass(shop: InProcessShop) -> None:
    """Until nothing is refused from memory any more."""
    (window,) = shop.container.get(RateLimiter).local_windows._windows.values()
    window.synced_at -= EXHAUSTED_CACHE_SECONDS


def test_a_purchase_goes_on_from_what_was_seen(make_in_process_shop: MakeInProcessShop, valkey: Valkey) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(3, 60))
    item, token = shop.offer(stock=10), shop.buyer()
    shop.buy(item, token)
    shop.buy(item, token)
    with valkey.client() as client:
        client.delete(key_of(valkey))

    assert [shop.send_purchase(item, token).status_code for _ in range(2)] == [202, 429]


def test_a_key_that_somebody_ruined_is_no_failure_of_ours(shops: list[InProcessShop], valkey: Valkey) -> None:
    send_request(shops[0])
    with valkey.client() as client:
        key = key_of(valkey)
        client.delete(key)
        client.hset(key, "a", "b")
        client.pexpire(key, 60_000)

    answers = [send_request(shops[0]) for _ in range(3)]

    assert {answer.status_code for answer in answers} <= {404, 429}
    assert [parse_limits(answer.headers)[0].name for answer in answers] == ["default"] * 3


def test_what_passed_without_redis_is_counted_when_it_is_back(
    make_in_process_shop: MakeInProcessShop, make_valkey: Callable[[], Valkey], eventually: Eventually
) -> None:
    own = make_valkey()
    shop = make_in_process_shop(redis_url=own.url, limit_default=Rate(40, 60))
    [send_request(shop) for _ in range(10)]
    own.kill()
    without = [send_request(shop) for _ in range(10)]
    own.start()
    eventually(lambda: send_request(shop).status_code == 404, 5)

    assert [answer.status_code for answer in without] == [404] * 2 + [429] * 8
    assert [parse_limits(answer.headers)[0].left for answer in without[:2]] == [1, 0]
    assert parse_limits(send_request(shop).headers)[0].left == 40 - 10 - 2 - 2


def test_a_purchase_without_redis_is_a_503_until_its_share_is_spent(
    make_in_process_shop: MakeInProcessShop, make_valkey: Callable[[], Valkey]
) -> None:
    own = make_valkey()
    shop = make_in_process_shop(redis_url=own.url, limit_purchase=Rate(40, 60))
    item, token = shop.offer(stock=100), shop.buyer()
    shop.buy(item, token)
    own.kill()

    answers = [shop.send_purchase(item, token) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [503, 503, 429, 429]
    assert [parse_limits(answer.headers)[0].left for answer in answers] == [1, 0, 0, 0]
    assert all("Retry-After" in answer.headers for answer in answers)


def test_a_purchase_that_may_have_happened_is_not_told_that_it_did_not(
    make_in_process_shop: MakeInProcessShop, make_valkey: Callable[[], Valkey]
) -> None:
    own = make_valkey()
    shop = make_in_process_shop(redis_url=own.url, limit_purchase=Rate(1, 60))
    item, token = shop.offer(stock=100), shop.buyer()
    shop.buy(item, token)
    let_a_moment_pass(shop)
    own.kill()

    answer = shop.send_purchase(item, token)

    assert (answer.status_code, parse_limits(answer.headers)[0].left) == (503, 0)


def test_two_processes_without_redis_have_the_next_window_between_them(
    make_in_process_shop: MakeInProcessShop, make_valkey: Callable[[], Valkey]
) -> None:
    own = make_valkey()
    shops = [make_in_process_shop(redis_url=own.url, limit_default=Rate(20, 60)) for _ in range(2)]
    own.kill()
    for shop in shops:
        send_request(shop, "198.51.100.1")
        breaker = shop.container.get(RateLimiter).breaker
        assert breaker.opened_at
        # A minute has gone by since.
        breaker.opened_at -= 60

    assert passed(shops, 80) == 20
