"""Checks of the Redis configuration before the start in production."""

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


def make_check(folder: Path, redis_url: str, **options: Any) -> StoreCheck:
    settings = Settings(var=str(folder), redis_url=redis_url, **options)
    return StoreCheck(Database(settings), RedisStores(settings))


def configure(valkey: Valkey, options: dict[str, str]) -> None:
    with valkey.client() as client:
        for name, value in options.items():
            command = f"REPLICAOF {value}" if name == "replicaof" else f"CONFIG SET {name} {value}"
            client.execute_command(*command.split())


@pytest.mark.parametrize(("options", "message"), UNSAFE)
def test_an_unsafe_redis_stops_the_start(
    make_valkey: Callable[[], Valkey], tmp_path: Path, options: dict[str, str], message: str
) -> None:
    valkey = make_valkey()
    make_check(tmp_path, valkey.url, env="production").require_safe_redis()
    configure(valkey, options)

    with pytest.raises(SettingsError, match=message):
        make_check(tmp_path, valkey.url, env="production").require_safe_redis()


@pytest.mark.parametrize("options", [{}, {"env": "production", "purchase_strategy": "db"}])
def test_an_unsafe_redis_is_accepted_outside_production_and_when_unused_for_stock(
    make_valkey: Callable[[], Valkey], tmp_path: Path, options: dict[str, str]
) -> None:
    valkey = make_valkey()
    configure(valkey, {"appendonly": "no"})

    make_check(tmp_path, valkey.url, **options).require_safe_redis()


def test_an_unreachable_redis_does_not_stop_the_start(tmp_path: Path) -> None:
    make_check(tmp_path, f"unix://{tmp_path}/missing.sock", env="production").require_safe_redis()
