"""Lock in Redis: one owner at a time, with an expiry."""

from collections.abc import Callable

import pytest

from shop.core.redis.direct_client import DirectRedis
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


def test_a_lock_has_one_owner_at_a_time(valkey: Valkey) -> None:
    client = client_of(valkey)
    with try_lock(client, NAME, 60) as first, try_lock(client, NAME, 60) as second:
        assert (first, second) == (True, False)
    with try_lock(client, NAME, 60) as third:
        assert third


def test_a_failed_attempt_does_not_release_the_lock(valkey: Valkey) -> None:
    client = client_of(valkey)
    with try_lock(client, NAME, 60):
        with try_lock(client, NAME, 60):
            pass
        assert client.exists(NAME)


def test_the_lock_of_a_dead_owner_expires(valkey: Valkey, eventually: Eventually) -> None:
    client = client_of(valkey)
    dead = try_lock(client, NAME, 0.2)
    assert dead.__enter__()

    def is_free() -> bool:
        with try_lock(client, NAME, 60) as acquired:
            return acquired

    eventually(is_free, 5)


def test_a_late_owner_does_not_release_the_lock_of_the_next(valkey: Valkey) -> None:
    client = client_of(valkey)
    with try_lock(client, NAME, 60):
        client.delete(NAME)  # The lock expired.
        next_lock = try_lock(client, NAME, 60)
        assert next_lock.__enter__()
        token = client.get(NAME)
    assert client.get(NAME) == token


def test_owners_never_share_a_token(valkey: Valkey) -> None:
    client = client_of(valkey)
    tokens = set()
    for _ in range(5):
        with try_lock(client, NAME, 60):
            tokens.add(client.get(NAME))
    assert len(tokens) == 5


def test_an_exception_releases_the_lock_and_is_raised(valkey: Valkey) -> None:
    client = client_of(valkey)
    with pytest.raises(ZeroDivisionError), try_lock(client, NAME, 60):
        raise ZeroDivisionError
    assert not client.exists(NAME)


def test_a_lock_that_cannot_be_released_raises_nothing(make_valkey: Callable[[], Valkey]) -> None:
    server = make_valkey()
    with try_lock(client_of(server), NAME, 60) as acquired:
        server.kill()
    assert acquired
