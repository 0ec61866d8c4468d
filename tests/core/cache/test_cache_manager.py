"""A CacheManager on a real server, and on one that is gone."""

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
from tests.support.servers.valkey import Valkey


@dataclass(frozen=True)
class NoteCacheManager(CacheManager):
    note = Key("{tenant}:test-note:{note}", ttl=timedelta(seconds=10))
    lasting = Key("{tenant}:test-lasting:{note}")


class Builder:
    """Counts how often it was asked."""

    def __init__(self, value: Any) -> None:
        self.value, self.asked = value, 0

    def __call__(self) -> Any:
        self.asked += 1
        return self.value


PLACE = {"note": 7}
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
def test_what_was_put_comes_back(cache: NoteCacheManager, value: Any) -> None:
    cache.put(cache.note, value, **PLACE)
    assert cache.get(cache.note, **PLACE) == value


def test_what_was_never_put_is_none(cache: NoteCacheManager) -> None:
    assert cache.get(cache.note, **PLACE) is None


def test_it_lives_as_long_as_its_key_says(cache: NoteCacheManager, valkey: Valkey) -> None:
    cache.put(cache.note, 1, **PLACE)
    cache.put(cache.lasting, 1, **PLACE)
    with valkey.client() as client:
        assert 8_000 < client.pttl("1:test-note:7") <= 11_000
        assert client.pttl("1:test-lasting:7") == -1


def test_remembered_information_is_built_once(cache: NoteCacheManager) -> None:
    build = Builder({"id": 7})
    assert [cache.get_or_build(cache.note, build, **PLACE) for _ in range(3)] == [{"id": 7}] * 3
    assert build.asked == 1


def test_nothing_is_not_remembered(cache: NoteCacheManager, valkey: Valkey) -> None:
    build = Builder(None)
    assert [cache.get_or_build(cache.note, build, **PLACE) for _ in range(2)] == [None, None]
    assert build.asked == 2
    with valkey.client() as client:
        assert client.dbsize() == 0


@pytest.mark.parametrize("empty", [[], {}, 0, ""])
def test_an_empty_answer_is_remembered(cache: NoteCacheManager, empty: Any) -> None:
    build = Builder(empty)
    assert [cache.get_or_build(cache.note, build, **PLACE) for _ in range(2)] == [empty, empty]
    assert build.asked == 1


def test_forgotten_information_is_built_anew(cache: NoteCacheManager) -> None:
    build = Builder(1)
    cache.get_or_build(cache.note, build, **PLACE)
    cache.delete(cache.note, **PLACE)
    cache.get_or_build(cache.note, build, **PLACE)
    assert build.asked == 2


def test_without_redis_information_is_built_each_time(without_redis: NoteCacheManager) -> None:
    build = Builder({"id": 7})
    assert [without_redis.get_or_build(without_redis.note, build, **PLACE) for _ in range(2)] == [{"id": 7}] * 2
    assert build.asked == 2


def test_without_redis_forgetting_fails_loudly(without_redis: NoteCacheManager) -> None:
    with pytest.raises(RedisError):
        without_redis.delete(without_redis.note, **PLACE)


def test_a_failing_build_leaves_nothing_behind(cache: NoteCacheManager, valkey: Valkey) -> None:
    with pytest.raises(ZeroDivisionError):
        cache.get_or_build(cache.note, lambda: 1 // 0, **PLACE)
    with valkey.client() as client:
        assert client.dbsize() == 0
