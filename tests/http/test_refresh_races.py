"""Concurrent use of one refresh token, repeated SHOP_TEST_RACES times."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Barrier

import pytest

from shop.core.crypto.tokens import Tokens
from tests.http.support.account_client import Account, open_account
from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient, Response

RACES = int(os.environ.get("SHOP_TEST_RACES", "8"))
CLIENTS = 50
UNAVAILABLE = 503001


class RefreshRace:
    """Clients with one connection each that send at the same time."""

    def __init__(self, clients: list[HttpClient], pool: ThreadPoolExecutor) -> None:
        self.clients, self.pool = clients, pool

    def send(self, token: str) -> list[Response]:
        """Send one refresh token from all clients and return the responses."""
        gate = Barrier(CLIENTS)

        def refresh(client: HttpClient) -> Response:
            gate.wait()
            return client.post(f"{API}/auth/refresh", {"refresh_token": token})

        return list(self.pool.map(refresh, self.clients))


@contextmanager
def open_race(shop: Shop) -> Iterator[RefreshRace]:
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(CLIENTS))
        yield RefreshRace([stack.enter_context(shop.client(timeout=30.0)) for _ in range(CLIENTS)], pool)


@pytest.fixture
def registered_user(shop: Shop) -> Account:
    return open_account(shop)


def test_fifty_concurrent_refreshes_have_one_live_successor(shop: Shop, registered_user: Account) -> None:
    tokens, account = shop.container.get(Tokens), registered_user
    session_id = tokens.verify(registered_user.access).session_id
    with open_race(shop) as race:
        for _ in range(RACES):
            # On a busy machine some of the fifty may exceed the time budget of their request.
            answers = [answer for answer in race.send(account.refresh_token) if answer.json["code"] != UNAVAILABLE]

            (successor,) = {data_of(answer, 200)["refresh_token"] for answer in answers}
            stored = shop.query_value(
                "SELECT refresh_id FROM sessions WHERE id = %s AND ended_at IS NULL", session_id.bytes
            )
            assert stored == tokens.verify_refresh(successor).token_id.bytes
            account = account._replace(tokens=data_of(answers[0], 200))

    assert (
        shop.query_value(
            "SELECT COUNT(*) FROM sessions WHERE user_id = %s", tokens.verify(registered_user.access).user_id
        )
        == 1
    )
    data_of(account.read_own(), 200)
