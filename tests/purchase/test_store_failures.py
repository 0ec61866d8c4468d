"""Stopped and frozen stores: responses in time, and no restart afterwards."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.readiness import wait_until_stores_are_back
from tests.http.support.shop import API
from tests.purchase.conftest import RunningService
from tests.support.http import HttpClient, Response
from tests.support.processes.managed_process import ManagedProcess

DATABASE_DOWN, REDIS_DOWN, WRONG_PASSWORD = 503001, 503002, 401101
AT_ONCE_SECONDS, IN_TIME_SECONDS = 1.0, 2.5


@contextmanager
def stopped(server: ManagedProcess) -> Iterator[None]:
    """Stop this server for the duration of the context."""
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def frozen(server: ManagedProcess) -> Iterator[None]:
    """Freeze a server: it accepts connections and does not respond."""
    server.freeze()
    try:
        yield
    finally:
        server.thaw()


class StoreClient:
    """Client of a known buyer and one item."""

    def __init__(self, service: RunningService) -> None:
        self.shop = service.shop
        self.item, self.token = service.shop.offer(), service.shop.buyer()
        self.first = data_of(service.shop.buy(self.item, self.token, Prefer="wait=5"), 201)["id"]

    def send(self, what: str, seconds: float) -> Response:
        """Send one request on its own connection; assert the response time."""
        began = time.monotonic()
        with self.shop.client(timeout=30.0) as client:
            answer = self._send(client, what)
        assert time.monotonic() - began < seconds, f"{what} took {time.monotonic() - began:.1f} s"
        return answer

    def _send(self, client: HttpClient, what: str) -> Response:
        if what == "buy":
            return client.post(f"{API}/items/{self.item}/purchase", {"quantity": 1}, token=self.token)
        if what == "sign in":
            return client.post(f"{API}/auth/login", {"email": "who@example.com", "password": "Wrong-1"})
        paths = {
            "list": f"{API}/items",
            "search": f"{API}/items?search=item",
            "look": f"{API}/items/{self.item}",
            "me": f"{API}/auth/me",
            "orders": f"{API}/orders",
            "order": f"{API}/orders/{self.first}",
        }
        return client.get(paths.get(what, f"/{what}"), token=self.token if what in paths else None)


@pytest.fixture
def store_client(running_service: RunningService) -> Iterator[StoreClient]:
    """Create a client of the shop before the failure; wait for the stores after it."""
    yield StoreClient(running_service)
    wait_until_stores_are_back(running_service.shop)


def assert_unavailable(answer: Response, code: int) -> None:
    data_of(answer, code)
    assert answer.headers["Retry-After"] in {"1", "2", "3"}


READS = ("list", "look", "me", "orders", "order", "livez", "readyz")


def test_without_valkey_purchases_fail_and_other_requests_work(
    running_service: RunningService, store_client: StoreClient
) -> None:
    with stopped(running_service.valkey):
        assert_unavailable(store_client.send("buy", AT_ONCE_SECONDS), REDIS_DOWN)
        for what in READS:
            data_of(store_client.send(what, AT_ONCE_SECONDS), 200)
        data_of(store_client.send("sign in", AT_ONCE_SECONDS), WRONG_PASSWORD)

    assert (
        data_of(running_service.shop.buy(store_client.item, store_client.token, Prefer="wait=10"), 201)["status"]
        == "confirmed"
    )


def test_a_frozen_valkey_delays_responses_only_briefly(
    running_service: RunningService, store_client: StoreClient
) -> None:
    with frozen(running_service.valkey):
        assert_unavailable(store_client.send("buy", IN_TIME_SECONDS), REDIS_DOWN)
        for what in READS:
            data_of(store_client.send(what, IN_TIME_SECONDS), 200)
        assert data_of(store_client.send("readyz", AT_ONCE_SECONDS), 200)["redis"] in {"late", "degraded"}

    wait_until_stores_are_back(running_service.shop)
    data_of(running_service.shop.buy(store_client.item, store_client.token, Prefer="wait=10"), 201)


@pytest.mark.parametrize("away", [stopped, frozen])
def test_without_the_database_the_catalogue_is_readable(
    running_service: RunningService,
    store_client: StoreClient,
    away: Callable[[ManagedProcess], AbstractContextManager[None]],
) -> None:
    for what in ("list", "look"):
        data_of(store_client.send(what, IN_TIME_SECONDS), 200)
    with away(running_service.mariadb):
        for what in ("list", "look"):
            data_of(store_client.send(what, AT_ONCE_SECONDS), 200)


def test_a_frozen_valkey_sells_nothing_for_requests_answered_with_an_error(
    running_service: RunningService, store_client: StoreClient
) -> None:
    with frozen(running_service.valkey):
        for _ in range(3):
            assert_unavailable(
                running_service.shop.buy(store_client.item, store_client.token, Idempotency_Key="again"), REDIS_DOWN
            )

    wait_until_stores_are_back(running_service.shop)
    order = data_of(
        running_service.shop.buy(store_client.item, store_client.token, Idempotency_Key="again", Prefer="wait=10"), 201
    )
    assert order["status"] == "confirmed"
    assert running_service.shop.written(store_client.item) == 2


def test_without_the_database_only_a_known_buyer_can_buy(
    running_service: RunningService, store_client: StoreClient
) -> None:
    with stopped(running_service.mariadb):
        promised = [data_of(store_client.send("buy", AT_ONCE_SECONDS), 202)["id"] for _ in range(5)]
        data_of(store_client.send("me", AT_ONCE_SECONDS), 200)
        data_of(store_client.send("livez", AT_ONCE_SECONDS), 200)
        assert data_of(store_client.send("readyz", AT_ONCE_SECONDS), 503) == {
            "database": "down",
            "redis": "ok",
            "draining": False,
        }
        for what in ("sign in", "list", "look", "orders", "order"):
            assert_unavailable(store_client.send(what, IN_TIME_SECONDS), DATABASE_DOWN)

    running_service.shop.wait_until_written(store_client.item, 6)
    for order_id in promised:
        assert data_of(running_service.shop.order(order_id, store_client.token), 200)["status"] == "confirmed"
    running_service.shop.verify(promised)


@pytest.mark.parametrize("what", ["sign in", "search", "orders"])
def test_a_frozen_database_delays_responses_only_briefly(
    running_service: RunningService, store_client: StoreClient, what: str
) -> None:
    for _ in range(8):
        store_client.send("list", AT_ONCE_SECONDS)  # Every web process has open connections, which are frozen too.
    with frozen(running_service.mariadb):
        assert_unavailable(store_client.send(what, IN_TIME_SECONDS), DATABASE_DOWN)
        data_of(store_client.send("readyz", AT_ONCE_SECONDS), 503)
        promised = data_of(store_client.send("buy", AT_ONCE_SECONDS), 202)["id"]

    wait_until_stores_are_back(running_service.shop)
    running_service.shop.wait_until_written(store_client.item, 2)
    assert data_of(running_service.shop.order(promised, store_client.token), 200)["status"] == "confirmed"
