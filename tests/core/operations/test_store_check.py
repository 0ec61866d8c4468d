"""In production nobody sells with a Redis that forgets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shop.core.database.engine import Database
from shop.core.operations.store_check import StoreCheck
from shop.core.redis.stores import RedisStores
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from tests.support.servers.valkey import Valkey

UNSAFE = [
    ({"appendonly": "no"}, "The append-only file is off"),
    ({"maxmemory-policy": "allkeys-lru"}, "The eviction policy is allkeys-lru"),
    ({"replicaof": "127.0.0.1 1"}, "is a slave; only a master"),
]


def doctor(folder: Path, redis_url: str, **words: Any) -> StoreCheck:
    settings = Settings(var=str(folder), redis_url=redis_url, **words)
    return StoreCheck(Database(settings), RedisStores(settings))


def spoil(valkey: Valkey, words: dict[str, str]) -> None:
    with valkey.client() as client:
        for name, value in words.items():
            client.execute_command("CONFIG" if name != "replicaof" else "REPLICAOF", *command(name, value))


def command(name: str, value: str) -> list[str]:
    return value.split() if name == "replicaof" else ["SET", name, value]


@pytest.mark.parametrize(("words", "sentence"), UNSAFE)
def test_a_redis_that_forgets_stops_the_start(
    make_valkey: Callable[[], Valkey], tmp_path: Path, words: dict[str, str], sentence: str
) -> None:
    valkey = make_valkey()
    doctor(tmp_path, valkey.url, env="production").require_safe_redis()
    spoil(valkey, words)

    with pytest.raises(SettingsError, match=sentence):
        doctor(tmp_path, valkey.url, env="production").require_safe_redis()


@pytest.mark.parametrize("words", [{}, {"env": "production", "purchase_strategy": "db"}])
def test_outside_production_and_without_it_in_the_sale_anything_goes(
    make_valkey: Callable[[], Valkey], tmp_path: Path, words: dict[str, str]
) -> None:
    valkey = make_valkey()
    spoil(valkey, {"appendonly": "no"})

    doctor(tmp_path, valkey.url, **words).require_safe_redis()


def test_one_that_is_away_is_waited_for(tmp_path: Path) -> None:
    doctor(tmp_path, f"unix://{tmp_path}/nobody.sock", env="production").require_safe_redis()
