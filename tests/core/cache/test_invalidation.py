"""Invalidation: no value read before a change is cached after it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shop.core.cache import single_flight
from shop.core.database.engine import Database
from shop.core.database.transaction import current_session, in_transaction
from shop.core.metrics.metrics import Metrics
from shop.core.redis.stores import RedisError, RedisStores
from shop.core.settings.settings import Settings
from tests.core.cache.slow_sources import FEW_SECONDS, LEAF, LeafCacheManager, Source, read_branch, read_leaf
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


def test_a_value_read_before_its_deletion_is_not_stored(cache: LeafCacheManager) -> None:
    old, new = Source("old", blocked=True), Source("new")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(read_leaf, cache, old)
        assert old.started.wait(FEW_SECONDS)
        cache.delete(cache.leaf, **LEAF)
        old.may_return.set()
        assert slow.result() == "old"
    assert read_leaf(cache, new) == "new"


def test_a_commit_invalidates_a_cached_value(cache: LeafCacheManager, database: Database) -> None:
    build, seen = Source("old"), []
    read_leaf(cache, build)

    def change() -> None:
        cache.invalidate_on_commit(cache.leaf, **LEAF)
        seen.append(read_leaf(cache, Source("not built")))

    in_transaction(database, change)
    build.value = "new"
    assert [*seen, read_leaf(cache, build), read_leaf(cache, build)] == ["old", "new", "new"]
    assert build.calls == 2


def test_a_rolled_back_change_invalidates_nothing(cache: LeafCacheManager, database: Database) -> None:
    build = Source("old")
    read_leaf(cache, build)

    def change() -> None:
        cache.invalidate_on_commit(cache.leaf, **LEAF)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(database, change)
    assert read_leaf(cache, build) == "old"
    assert build.calls == 1


def test_a_value_is_neither_returned_nor_stored_during_a_commit(
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


def test_a_deletion_keeps_the_mark_of_another_change(cache: LeafCacheManager) -> None:
    client, name = cache.stores.cache, "{1:test-leaf:7}"
    single_flight.block(client, name, "theirs")
    single_flight.delete_key(client, name, "ours")
    cache.delete(cache.leaf, **LEAF)
    assert client.get(name) == "!theirs"
    single_flight.delete_key(client, name, "theirs")
    assert client.get(name) is None


def test_an_abandoned_mark_expires(cache: LeafCacheManager) -> None:
    single_flight.block(cache.stores.cache, "{1:test-leaf:7}", "dead")
    assert 0 < cache.stores.cache.pttl("{1:test-leaf:7}") <= single_flight.BLOCK_SECONDS * 1000


def test_deleting_a_tag_invalidates_all_its_values(cache: LeafCacheManager) -> None:
    build = Source("old")
    read_branch(cache, build)
    other = cache.get_or_build(cache.branch, Source("other"), branch=8)
    cache.delete(cache.tree)
    build.value = "new"
    assert (read_branch(cache, build), other) == ("new", "other")
    assert cache.get_or_build(cache.branch, Source("new, too"), branch=8) == "new, too"


def test_a_value_read_before_its_tag_was_deleted_is_not_returned(cache: LeafCacheManager) -> None:
    old, new = Source("old", blocked=True), Source("new")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(read_branch, cache, old)
        assert old.started.wait(FEW_SECONDS)
        cache.delete(cache.tree)
        assert read_branch(cache, new) == "new"
        old.may_return.set()
        assert slow.result() == "old"
    assert read_branch(cache, new) == "new"
    assert new.calls == 1


def test_a_blocked_tag_stores_no_values(cache: LeafCacheManager) -> None:
    build = Source("old")
    read_branch(cache, build)
    single_flight.block(cache.stores.cache, "{1:test-tree}", "theirs")
    assert [read_branch(cache, build) for _ in range(3)] == ["old"] * 3
    assert build.calls == 4


def test_a_value_built_in_a_used_transaction_is_not_stored(cache: LeafCacheManager, database: Database) -> None:
    def work() -> None:
        current_session().connection()
        cache.get_or_build(cache.leaf, Source("uncommitted"), **LEAF)

    in_transaction(database, work)
    assert read_leaf(cache, Source("true")) == "true"


def test_without_redis_a_change_of_cached_values_is_not_committed(cache: LeafCacheManager, database: Database) -> None:
    without_redis = LeafCacheManager(RedisStores(Settings(redis_url="unix:///nowhere/valkey.sock")), cache.metrics)
    done: list[str] = []

    def change() -> None:
        without_redis.invalidate_on_commit(without_redis.leaf, **LEAF)
        done.append("worked")

    with pytest.raises(RedisError):
        in_transaction(database, change)
    assert done == ["worked"]
