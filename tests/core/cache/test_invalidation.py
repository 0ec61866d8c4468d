"""What was remembered ends with the commit of a change, and nothing that was read before is kept after it."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shop.core.cache import single_flight as remembering
from shop.core.database.engine import Database
from shop.core.database.transaction import current_session, in_transaction
from shop.core.metrics.metrics import Metrics
from shop.core.redis.stores import RedisError, RedisStores
from shop.core.settings.settings import Settings
from tests.core.cache.slow_sources import LEAF, LeafCacheManager, Source, read_branch, read_leaf
from tests.support.servers.valkey import Valkey

pytestmark = pytest.mark.usefixtures("one_tenant")


@pytest.fixture
def cache(valkey: Valkey, tmp_path: Path) -> LeafCacheManager:
    settings = Settings(redis_url=valkey.url, redis_timeout=2.0, var=str(tmp_path))
    return LeafCacheManager(RedisStores(settings), Metrics(settings))


@pytest.fixture
def database(clean_database: str) -> Iterator[Database]:
    database = Database(Settings(database_url=clean_database))
    yield database
    database.engine.dispose()


def test_what_was_read_before_it_was_forgotten_is_not_kept(cache: LeafCacheManager) -> None:
    old, new = Source("old", seconds=0.3), Source("new")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(read_leaf, cache, old)
        time.sleep(0.1)
        cache.delete(cache.leaf, **LEAF)
        assert slow.result() == "old"
    assert read_leaf(cache, new) == "new"


def test_a_commit_ends_what_was_remembered(cache: LeafCacheManager, database: Database) -> None:
    build, seen = Source("old"), []
    read_leaf(cache, build)

    def change() -> None:
        cache.invalidate_on_commit(cache.leaf, **LEAF)
        seen.append(read_leaf(cache, Source("not asked")))

    in_transaction(database, change)
    build.value = "new"
    assert [*seen, read_leaf(cache, build), read_leaf(cache, build)] == ["old", "new", "new"]
    assert build.calls == 2


def test_a_change_that_is_rolled_back_ends_nothing(cache: LeafCacheManager, database: Database) -> None:
    build = Source("old")
    read_leaf(cache, build)

    def change() -> None:
        cache.invalidate_on_commit(cache.leaf, **LEAF)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(database, change)
    assert read_leaf(cache, build) == "old"
    assert build.calls == 1


def test_nobody_is_told_or_keeps_anything_while_it_changes(
    cache: LeafCacheManager, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    build, commit = Source("old"), Source()
    read_leaf(cache, build)

    def committing(_session: Any) -> None:
        build.value = f"at commit {commit()}"
        assert [read_leaf(cache, build) for _ in range(2)] == ["at commit 1"] * 2

    def change() -> None:
        current_session().connection()
        cache.invalidate_on_commit(cache.leaf, **LEAF)

    monkeypatch.setattr("shop.core.database.transaction._commit", committing)
    in_transaction(database, change)
    assert (build.calls, commit.calls) == (3, 1)


def test_the_mark_of_another_change_stays(cache: LeafCacheManager) -> None:
    client, name = cache.stores.cache, "{1:test-leaf:7}"
    remembering.block(client, name, "theirs")
    remembering.delete_key(client, name, "ours")
    cache.delete(cache.leaf, **LEAF)
    assert client.get(name) == "!theirs"
    remembering.delete_key(client, name, "theirs")
    assert client.get(name) is None


def test_a_mark_that_nobody_takes_away_ends(cache: LeafCacheManager) -> None:
    remembering.block(cache.stores.cache, "{1:test-leaf:7}", "dead")
    assert 0 < cache.stores.cache.pttl("{1:test-leaf:7}") <= remembering.BLOCK_SECONDS * 1000


def test_a_group_ends_as_one(cache: LeafCacheManager) -> None:
    build = Source("old")
    read_branch(cache, build)
    other = cache.get_or_build(cache.branch, Source("other"), branch=8)
    cache.delete(cache.tree)
    build.value = "new"
    assert (read_branch(cache, build), other) == ("new", "other")
    assert cache.get_or_build(cache.branch, Source("new, too"), branch=8) == "new, too"


def test_what_was_read_before_its_group_ended_is_not_told_afterwards(cache: LeafCacheManager) -> None:
    old, new = Source("old", seconds=0.3), Source("new")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(read_branch, cache, old)
        time.sleep(0.1)
        cache.delete(cache.tree)
        assert read_branch(cache, new) == "new"
        assert slow.result() == "old"
    assert read_branch(cache, new) == "new"
    assert new.calls == 1


def test_a_group_that_changes_keeps_nothing(cache: LeafCacheManager) -> None:
    build = Source("old")
    read_branch(cache, build)
    remembering.block(cache.stores.cache, "{1:test-tree}", "theirs")
    assert [read_branch(cache, build) for _ in range(3)] == ["old"] * 3
    assert build.calls == 4


def test_what_a_transaction_has_read_before_is_not_kept(cache: LeafCacheManager, database: Database) -> None:
    def work() -> None:
        current_session().connection()
        cache.get_or_build(cache.leaf, Source("uncommitted"), **LEAF)

    in_transaction(database, work)
    assert read_leaf(cache, Source("true")) == "true"


def test_without_redis_nothing_is_committed_that_would_have_to_be_forgotten(
    cache: LeafCacheManager, database: Database
) -> None:
    away = LeafCacheManager(RedisStores(Settings(redis_url="unix:///nowhere/valkey.sock")), cache.metrics)
    done: list[str] = []

    def change() -> None:
        away.invalidate_on_commit(away.leaf, **LEAF)
        done.append("worked")

    with pytest.raises(RedisError):
        in_transaction(database, change)
    assert done == ["worked"]
