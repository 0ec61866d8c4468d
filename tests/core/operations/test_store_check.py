"""Checks of the Redis configuration before the start in production."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from shop.core.database.engine import Database
from shop.core.operations.store_check import StoreCheck
from shop.core.redis.stores import RedisStores
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from shop.migrations.runner import latest_version
from shop.models.item import Item
from shop.models.user import User
from tests.support.servers.databases import create_database, drop_database, migrate_database
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


def read_sentences(database_url: str) -> dict[str, bool]:
    settings = Settings(database_url=database_url)
    check = StoreCheck(Database(settings), RedisStores(settings))
    return {result.sentence: result.ok for result in check._check_database(latest_version())}


@pytest.fixture
def migrated_database(database_server: str, worker_id: str) -> Iterator[str]:
    name = f"shop_{worker_id}_doctor"
    address = create_database(database_server, name)
    migrate_database(Database(Settings(database_url=address)).engine)
    yield address
    drop_database(database_server, name)


@pytest.mark.usefixtures("every_tenant")
def test_a_text_with_another_collation_is_named(migrated_database: str) -> None:
    assert read_sentences(migrated_database)["All texts have the character set and collation utf8mb4_bin."]
    engine = create_engine(migrated_database)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE items MODIFY name VARCHAR(200) CHARACTER SET latin1 NOT NULL"))
        connection.execute(text("ALTER TABLE users DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"))
    engine.dispose()
    expected = f"{User.__tablename__} (utf8mb4_general_ci), {Item.__tablename__}.name (latin1_swedish_ci)."
    failures = [sentence for sentence, ok in read_sentences(migrated_database).items() if not ok]
    assert [sentence.partition(": ")[2] for sentence in failures if "collation" in sentence] == [expected]
