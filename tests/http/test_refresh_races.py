"""Many who show one refresh token at once; SHOP_TEST_RACES says how many times they do."""

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
RACERS = 50


class Track:
    """Racers with a connection each, who all start at once."""

    def __init__(self, clients: list[HttpClient], pool: ThreadPoolExecutor) -> None:
        self.clients, self.pool = clients, pool

    def race(self, token: str) -> list[Response]:
        """The answers to one refresh token."""
        gate = Barrier(RACERS)

        def ask(client: HttpClient) -> Response:
            gate.wait()
            return client.post(f"{API}/auth/refresh", {"refresh_token": token})

        return list(self.pool.map(ask, self.clients))


@contextmanager
def open_track(shop: Shop) -> Iterator[Track]:
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(RACERS))
        yield Track([stack.enter_context(shop.client(timeout=30.0)) for _ in range(RACERS)], pool)


@pytest.fixture
def registered_user(shop: Shop) -> Account:
    return open_account(shop)


def test_fifty_concurrent_refreshes_have_one_live_successor(shop: Shop, registered_user: Account) -> None:
    tokens, holder = shop.container.get(Tokens), registered_user
    session_id = tokens.verify(registered_user.access).session_id
    with open_track(shop) as track:
        for _ in range(RACES):
            answers = track.race(holder.refresh_token)

            (successor,) = {data_of(answer, 200)["refresh_token"] for answer in answers}
            live = shop.query_value(
                "SELECT refresh_id FROM sessions WHERE id = %s AND ended_at IS NULL", session_id.bytes
            )
            assert live == tokens.verify_refresh(successor).token_id.bytes
            holder = holder._replace(tokens=data_of(answers[0], 200))

    assert (
        shop.query_value(
            "SELECT COUNT(*) FROM sessions WHERE user_id = %s", tokens.verify(registered_user.access).user_id
        )
        == 1
    )
    data_of(holder.read_own(), 200)
