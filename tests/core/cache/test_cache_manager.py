"""CacheManager with a real Redis server and without one."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.metrics.metrics import Metrics
from shop.core.redis.stores import RedisError, RedisStores
from shop.core.settings.settings import Settings
from tests.support.counted_metrics import CountedMetrics
from tests.support.servers.valkey import Valkey


@dataclass(frozen=True)
class NoteCacheManager(CacheManager):
    note = Key("{tenant}:test-note:{note}", ttl=timedelta(seconds=10))
    lasting = Key("{tenant}:test-lasting:{note}")


class Builder:
    """Builder of a value, which counts its calls."""

    def __init__(self, value: Any) -> None:
        self.value, self.calls = value, 0

    def __call__(self) -> Any:
        self.calls += 1
        return self.value


PARTS = {"note": 7}
pytestmark = pytest.mark.usefixtures("one_tenant")


@pytest.fixture
def cache(valkey: Valkey, tmp_path: Path) -> NoteCacheManager:
    return NoteCacheManager(RedisStores(Settings(redis_url=valkey.url)), Metrics(Settings(var=str(tmp_path))))


@pytest.fixture
def without_redis(tmp_path: Path) -> NoteCacheManager:
    return NoteCacheManager(
        RedisStores(Settings(redis_url="unix:///nowhere/valkey.sock")), Metrics(Settings(var=str(tmp_path)))
    )


@pytest.mark.parametrize("value", [{"name": "演唱會"}, [], 0, "", False, [None]])
def test_a_stored_value_is_returned(cache: NoteCacheManager, value: Any) -> None:
    cache.put(cache.note, value, **PARTS)
    assert cache.get(cache.note, **PARTS) == value


def test_a_missing_value_is_none(cache: NoteCacheManager) -> None:
    assert cache.get(cache.note, **PARTS) is None


def test_a_value_expires_after_the_ttl_of_its_key(cache: NoteCacheManager, valkey: Valkey) -> None:
    cache.put(cache.note, 1, **PARTS)
    cache.put(cache.lasting, 1, **PARTS)
    with valkey.client() as client:
        assert 8_000 < client.pttl("1:test-note:7") <= 11_000
        assert client.pttl("1:test-lasting:7") == -1


def test_a_cached_value_is_built_once(cache: NoteCacheManager) -> None:
    build = Builder({"id": 7})
    assert [cache.get_or_build(cache.note, build, **PARTS) for _ in range(3)] == [{"id": 7}] * 3
    assert build.calls == 1


def test_none_is_not_cached_without_a_negative_ttl(cache: NoteCacheManager, valkey: Valkey) -> None:
    build = Builder(None)
    assert [cache.get_or_build(cache.note, build, **PARTS) for _ in range(2)] == [None, None]
    assert build.calls == 2
    with valkey.client() as client:
        assert client.dbsize() == 0


def test_reads_are_counted_by_key_as_hits_or_misses(
    cache: NoteCacheManager,
    counted: CountedMetrics,
) -> None:
    for _ in range(4):
        cache.get_or_build(cache.note, Builder(7), **PARTS)
    for _ in range(5):
        cache.get(cache.lasting, **PARTS)
    cache.put(cache.lasting, 8, **PARTS)
    for _ in range(2):
        cache.get(cache.lasting, **PARTS)

    note, lasting = "NoteCacheManager.note", "NoteCacheManager.lasting"
    assert counted.counts == {
        ("shop_cache", note, "miss"): 1,
        ("shop_cache", note, "hit"): 3,
        ("shop_cache", lasting, "miss"): 5,
        ("shop_cache", lasting, "hit"): 2,
    }


@pytest.mark.parametrize("empty", [[], {}, 0, ""])
def test_an_empty_value_is_cached(cache: NoteCacheManager, empty: Any) -> None:
    build = Builder(empty)
    assert [cache.get_or_build(cache.note, build, **PARTS) for _ in range(2)] == [empty, empty]
    assert build.calls == 1


def test_a_deleted_value_is_built_again(cache: NoteCacheManager) -> None:
    build = Builder(1)
    cache.get_or_build(cache.note, build, **PARTS)
    cache.delete(cache.note, **PARTS)
    cache.get_or_build(cache.note, build, **PARTS)
    assert build.calls == 2


def test_without_redis_a_value_is_built_each_time(without_redis: NoteCacheManager) -> None:
    build = Builder({"id": 7})
    assert [without_redis.get_or_build(without_redis.note, build, **PARTS) for _ in range(2)] == [{"id": 7}] * 2
    assert build.calls == 2


def test_without_redis_a_deletion_raises(without_redis: NoteCacheManager) -> None:
    with pytest.raises(RedisError):
        without_redis.delete(without_redis.note, **PARTS)


def test_a_failed_build_releases_its_lease(cache: NoteCacheManager, valkey: Valkey) -> None:
    with pytest.raises(ZeroDivisionError):
        cache.get_or_build(cache.note, lambda: 1 // 0, **PARTS)
    with valkey.client() as client:
        assert client.dbsize() == 0
