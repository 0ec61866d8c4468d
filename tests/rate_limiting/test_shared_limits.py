"""Rate limits across processes, while Redis is killed, flushed or frozen."""

import time
from collections.abc import Iterator
from statistics import median

import pytest

from tests.rate_limiting.limit_headers import parse_limits
from tests.rate_limiting.limited_shop import (
    MOST,
    MOST_WITHOUT,
    PROCESSES,
    REDIS_SECONDS,
    LimitedClient,
    LimitedShop,
    start_shop,
)
from tests.support.servers.databases import create_database, drop_database
from tests.support.servers.valkey import Valkey

ACCEPTED, NOT_FOUND, TOO_MANY = 202, 404, 429


@pytest.fixture(scope="module")
def limited_shop(
    database_server: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LimitedShop]:
    """Start a shop with its own stores; each test leaves them running."""
    name = f"shop_{worker_id}_limits"
    valkey = Valkey.create()
    try:
        with start_shop(tmp_path_factory.mktemp("limits"), create_database(database_server, name), valkey) as shop:
            yield shop
    finally:
        valkey.destroy()
        drop_database(database_server, name)


def test_of_many_concurrent_requests_exactly_the_limit_passes(limited_shop: LimitedShop) -> None:
    assert limited_shop.new_client().send_at_once(10 * MOST) == {NOT_FOUND: MOST, TOO_MANY: 9 * MOST}


def test_of_many_concurrent_purchases_exactly_the_limit_is_sold(limited_shop: LimitedShop) -> None:
    shop, client = limited_shop.shop, limited_shop.new_client()
    shop.service.start("worker")
    item = shop.offer(stock=10 * MOST)
    shop.service.kill("worker")
    purchase = {"path": f"/items/{item}/purchase", "method": "POST", "body": {"quantity": 1}}

    outcomes = client.send_at_once(10 * MOST, token=shop.buyer(), **purchase)

    assert outcomes == {ACCEPTED: MOST, TOO_MANY: 9 * MOST}
    assert shop.gate(item)["avail"] == str(9 * MOST)


def test_without_redis_a_tenth_of_the_limit_is_left_and_new_clients_pass(limited_shop: LimitedShop) -> None:
    client = limited_shop.new_client()
    before = client.send_at_once(MOST // 2)
    limited_shop.valkey.kill()
    try:
        without = client.send_at_once(5 * MOST)
        new_clients = [limited_shop.new_client().send().status for _ in range(20)]
        listing = client.send("/items").status
    finally:
        limited_shop.valkey.start()
    time.sleep(1.1)
    after = client.send_at_once(5 * MOST)

    assert before == {NOT_FOUND: MOST // 2}
    assert set(without) | set(after) == {NOT_FOUND, TOO_MANY}
    assert 1 <= without[NOT_FOUND] <= MOST_WITHOUT - MOST // 2
    # After its restart Redis receives the requests counted without it.
    assert MOST // 2 + without[NOT_FOUND] + after[NOT_FOUND] <= MOST_WITHOUT
    assert new_clients == [NOT_FOUND] * 20
    assert listing in {200, TOO_MANY}


def test_a_flushed_redis_does_not_reset_the_quota(limited_shop: LimitedShop) -> None:
    client = limited_shop.new_client()
    assert client.send_at_once(4 * MOST)[NOT_FOUND] == MOST

    limited_shop.valkey.flush()

    assert client.send_at_once(2 * MOST) == {TOO_MANY: 2 * MOST}


def test_a_frozen_redis_delays_one_request_of_each_process(limited_shop: LimitedShop) -> None:
    client = limited_shop.new_client()
    client.send()
    limited_shop.valkey.freeze()
    try:
        seconds, statuses = zip(*(send_timed(client) for _ in range(60)), strict=True)
    finally:
        limited_shop.valkey.thaw()

    assert set(statuses) <= {NOT_FOUND, TOO_MANY}
    # Each process waits for the time-out once.
    assert median(seconds) < REDIS_SECONDS / 2
    assert sum(second >= REDIS_SECONDS for second in seconds) <= PROCESSES


def send_timed(client: LimitedClient) -> tuple[float, int]:
    began = time.perf_counter()
    status = client.send().status
    return time.perf_counter() - began, status


def test_forwarding_headers_without_a_trusted_proxy_are_ignored(limited_shop: LimitedShop) -> None:
    service = limited_shop.shop.service
    service.env["SHOP_TRUSTED_PROXIES"] = "192.0.2.1"
    service.start("web.2")
    try:
        remaining = [
            parse_limits(limited_shop.new_client().send(web="web.2", headers={name: f"203.0.113.{n}"}).headers)[0].left
            for n, name in enumerate(("X-Forwarded-For", "X_Forwarded_For", "Forwarded", "X-Real-IP", "X-Client-IP"))
        ]
    finally:
        service.kill("web.2")
        service.env["SHOP_TRUSTED_PROXIES"] = "127.0.0.1"

    assert remaining == [MOST - 1 - n for n in range(5)]
