"""A lock in Redis: one owner, a life, and freed by its owner only."""

from collections.abc import Callable

import pytest

from shop.core.redis.client import DirectRedis
from shop.core.redis.lock import try_lock
from shop.core.redis.stores import RedisStores
from shop.core.settings.settings import Settings
from tests.support.polling import Eventually
from tests.support.servers.valkey import Valkey

NAME = "a:lock"


def client_of(server: Valkey) -> DirectRedis:
    client = RedisStores(Settings(redis_url=server.url)).cache
    assert isinstance(client, DirectRedis)
    return client


def test_one_at_a_time_holds_a_lock(valkey: Valkey) -> None:
    client = client_of(valkey)
    with try_lock(client, NAME, 60) as first, try_lock(client, NAME, 60) as second:
        assert (first, second) == (True, False)
    with try_lock(client, NAME, 60) as third:
        assert third


def test_who_did_not_get_it_does_not_free_it(valkey: Valkey) -> None:
    client = client_of(valkey)
    with try_lock(client, NAME, 60):
        with try_lock(client, NAME, 60):
            pass
        assert client.exists(NAME)


def test_a_lock_whose_owner_died_is_taken_over_after_its_life(valkey: Valkey, eventually: Eventually) -> None:
    client = client_of(valkey)
    dead = try_lock(client, NAME, 0.2)
    assert dead.__enter__()

    def is_free() -> bool:
        with try_lock(client, NAME, 60) as held:
            return held

    eventually(is_free, 5)


def test_an_owner_that_was_late_cannot_free_the_lock_of_the_next(valkey: Valkey) -> None:
    client = client_of(valkey)
    with try_lock(client, NAME, 60):
        client.delete(NAME)  # its life ended
        after = try_lock(client, NAME, 60)
        assert after.__enter__()
        token = client.get(NAME)
    assert client.get(NAME) == token


def test_two_owners_never_share_a_token(valkey: Valkey) -> None:
    client = client_of(valkey)
    tokens = set()
    for _ in range(5):
        with try_lock(client, NAME, 60):
            tokens.add(client.get(NAME))
    assert len(tokens) == 5


def test_a_failure_inside_frees_the_lock_and_goes_on(valkey: Valkey) -> None:
    client = client_of(valkey)
    with pytest.raises(ZeroDivisionError), try_lock(client, NAME, 60):
        raise ZeroDivisionError
    assert not client.exists(NAME)


def test_what_was_done_stays_done_when_the_lock_cannot_be_freed(make_valkey: Callable[[], Valkey]) -> None:
    server = make_valkey()
    with try_lock(client_of(server), NAME, 60) as held:
        server.kill()
    assert held
