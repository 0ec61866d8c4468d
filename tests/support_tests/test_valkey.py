"""Temporary Valkey servers."""

from collections.abc import Callable

import pytest
import redis

from tests.support.servers.valkey import Valkey


@pytest.fixture
def own_valkey(make_valkey: Callable[[], Valkey]) -> Valkey:
    return make_valkey()


def test_a_killed_valkey_keeps_every_acknowledged_write(own_valkey: Valkey) -> None:
    with own_valkey.client() as client:
        for number in range(1000):
            client.set(f"key{number}", number)

    own_valkey.kill()
    own_valkey.start()

    assert own_valkey.client().dbsize() == 1000


def test_a_stopped_valkey_keeps_its_data(own_valkey: Valkey) -> None:
    own_valkey.client().set("key", "kept")

    assert own_valkey.stop() == 0
    own_valkey.start()

    assert own_valkey.client().get("key") == b"kept"


def test_a_thawed_valkey_answers_again(own_valkey: Valkey) -> None:
    own_valkey.client().set("key", "kept")

    own_valkey.freeze()
    with pytest.raises(redis.TimeoutError):
        own_valkey.client(timeout=0.2).get("key")
    own_valkey.thaw()

    assert own_valkey.client().get("key") == b"kept"


def test_a_valkey_never_evicts(valkey: Valkey) -> None:
    assert valkey.client().config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


@pytest.mark.parametrize("_turn", [1, 2])
def test_each_test_starts_without_keys(redis_url: str, _turn: int) -> None:
    client = redis.Redis.from_url(redis_url)
    assert client.dbsize() == 0

    client.set("key", "left behind")


def test_a_destroyed_valkey_leaves_no_folder(own_valkey: Valkey) -> None:
    own_valkey.destroy()

    assert not own_valkey.folder.exists()
