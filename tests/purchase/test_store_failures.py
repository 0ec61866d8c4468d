"""A store is gone or frozen: every answer comes in time, and nothing has to be restarted afterwards."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import API
from tests.purchase.conftest import Town
from tests.support.http import HttpClient, Response
from tests.support.processes.managed_process import ManagedProcess

DATABASE_DOWN, REDIS_DOWN, WRONG_PASSWORD = 503001, 503002, 401101
AT_ONCE, IN_TIME, SEEN_SECONDS = 1.0, 2.5, 0.5


@contextmanager
def stopped(server: ManagedProcess) -> Iterator[None]:
    """Without this server."""
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def frozen(server: ManagedProcess) -> Iterator[None]:
    """With a server that takes connections and does not answer; afterwards every process has seen that it does."""
    server.freeze()
    try:
        yield
    finally:
        server.thaw()
    time.sleep(SEEN_SECONDS)


class Visitor:
    """Somebody with an item in mind, who was here before."""

    def __init__(self, town: Town) -> None:
        self.shop = town.shop
        self.item, self.token = town.shop.offer(), town.shop.buyer()
        self.first = data_of(town.shop.buy(self.item, self.token, Prefer="wait=5"), 201)["id"]

    def ask(self, what: str, seconds: float) -> Response:
        """The answer to one request of its own connection; asserts that it came in time."""
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
def visitor(town: Town) -> Visitor:
    """A visitor of the shop, before anything happens to it."""
    return Visitor(town)


def assert_unavailable(answer: Response, code: int) -> None:
    data_of(answer, code)
    assert answer.headers["Retry-After"] in {"1", "2", "3"}


READS = ("list", "look", "me", "orders", "order", "livez", "readyz")


def test_without_valkey_buying_waits_and_the_rest_goes_on(town: Town, visitor: Visitor) -> None:
    with stopped(town.valkey):
        assert_unavailable(visitor.ask("buy", AT_ONCE), REDIS_DOWN)
        for what in READS:
            data_of(visitor.ask(what, AT_ONCE), 200)
        data_of(visitor.ask("sign in", AT_ONCE), WRONG_PASSWORD)

    assert data_of(town.shop.buy(visitor.item, visitor.token, Prefer="wait=10"), 201)["status"] == "confirmed"


def test_a_frozen_valkey_delays_answers_but_not_for_long(town: Town, visitor: Visitor) -> None:
    with frozen(town.valkey):
        assert_unavailable(visitor.ask("buy", IN_TIME), REDIS_DOWN)
        for what in READS:
            data_of(visitor.ask(what, IN_TIME), 200)
        assert data_of(visitor.ask("readyz", AT_ONCE), 200)["redis"] == "late"

    data_of(town.shop.buy(visitor.item, visitor.token, Prefer="wait=10"), 201)


@pytest.mark.parametrize("away", [stopped, frozen])
def test_without_the_database_the_catalogue_is_read_on(
    town: Town, visitor: Visitor, away: Callable[[ManagedProcess], AbstractContextManager[None]]
) -> None:
    for what in ("list", "look"):
        data_of(visitor.ask(what, IN_TIME), 200)
    with away(town.mariadb):
        for what in ("list", "look"):
            data_of(visitor.ask(what, AT_ONCE), 200)


def test_a_frozen_valkey_sells_nothing_to_those_who_were_told_to_come_again(town: Town, visitor: Visitor) -> None:
    with frozen(town.valkey):
        for _ in range(3):
            assert_unavailable(town.shop.buy(visitor.item, visitor.token, Idempotency_Key="again"), REDIS_DOWN)

    order = data_of(town.shop.buy(visitor.item, visitor.token, Idempotency_Key="again", Prefer="wait=10"), 201)
    assert order["status"] == "confirmed"
    assert town.shop.written(visitor.item) == 2


def test_without_the_database_a_known_buyer_buys_and_the_rest_waits(town: Town, visitor: Visitor) -> None:
    with stopped(town.mariadb):
        promised = [data_of(visitor.ask("buy", AT_ONCE), 202)["id"] for _ in range(5)]
        data_of(visitor.ask("me", AT_ONCE), 200)
        data_of(visitor.ask("livez", AT_ONCE), 200)
        assert data_of(visitor.ask("readyz", AT_ONCE), 503) == {"database": "down", "redis": "ok", "draining": False}
        for what in ("sign in", "list", "look", "orders", "order"):
            assert_unavailable(visitor.ask(what, IN_TIME), DATABASE_DOWN)

    town.shop.wait_until_written(visitor.item, 6)
    for order_id in promised:
        assert data_of(town.shop.order(order_id, visitor.token), 200)["status"] == "confirmed"
    town.shop.verify(promised)


@pytest.mark.parametrize("what", ["sign in", "search", "orders"])
def test_a_frozen_database_delays_answers_but_not_for_long(town: Town, visitor: Visitor, what: str) -> None:
    for _ in range(8):
        visitor.ask("list", AT_ONCE)  # every web process has connections that freeze, too
    with frozen(town.mariadb):
        assert_unavailable(visitor.ask(what, IN_TIME), DATABASE_DOWN)
        data_of(visitor.ask("readyz", AT_ONCE), 503)
        promised = data_of(visitor.ask("buy", AT_ONCE), 202)["id"]

    town.shop.wait_until_written(visitor.item, 2)
    assert data_of(town.shop.order(promised, visitor.token), 200)["status"] == "confirmed"
