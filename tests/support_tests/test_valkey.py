from collections.abc import Callable

import pytest
import redis

from tests.support.servers.valkey import Valkey


@pytest.fixture
def own(make_valkey: Callable[[], Valkey]) -> Valkey:
    return make_valkey()


def test_a_killed_valkey_keeps_every_answered_write(own: Valkey) -> None:
    with own.client() as client:
        for number in range(1000):
            client.set(f"key{number}", number)

    own.kill()
    own.start()

    assert own.client().dbsize() == 1000


def test_a_stopped_valkey_keeps_its_data(own: Valkey) -> None:
    own.client().set("key", "kept")

    assert own.stop() == 0
    own.start()

    assert own.client().get("key") == b"kept"


def test_a_frozen_valkey_answers_again_once_thawed(own: Valkey) -> None:
    own.client().set("key", "kept")

    own.freeze()
    with pytest.raises(redis.TimeoutError):
        own.client(timeout=0.2).get("key")
    own.thaw()

    assert own.client().get("key") == b"kept"


def test_a_valkey_refuses_rather_than_forgets(valkey: Valkey) -> None:
    assert valkey.client().config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


@pytest.mark.parametrize("_turn", [1, 2])
def test_each_test_begins_without_keys(redis_url: str, _turn: int) -> None:
    client = redis.Redis.from_url(redis_url)
    assert client.dbsize() == 0

    client.set("key", "left behind")


def test_a_destroyed_valkey_leaves_no_folder(own: Valkey) -> None:
    own.destroy()

    assert not own.folder.exists()
