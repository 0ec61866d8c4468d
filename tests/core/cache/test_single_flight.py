"""Single flight: one caller builds a value for all."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shop.core.cache import single_flight
from shop.core.metrics.metrics import Metrics
from shop.core.redis.stores import RedisStores
from shop.core.settings.settings import Settings
from shop.core.tenant import in_tenant
from tests.core.cache.slow_sources import BRANCH, FEW_SECONDS, LEAF, LeafCacheManager, Source, read_branch, read_leaf
from tests.support.servers.valkey import Valkey

pytestmark = pytest.mark.usefixtures("one_tenant")


@pytest.fixture
def cache(valkey: Valkey, tmp_path: Path) -> LeafCacheManager:
    settings = Settings(redis_url=valkey.url, redis_timeout=2.0, var=str(tmp_path))
    return LeafCacheManager(RedisStores(settings), Metrics(settings))


@pytest.mark.parametrize(("name", "parts"), [("leaf", LEAF), ("branch", BRANCH)])
def test_one_of_two_hundred_concurrent_callers_builds(
    cache: LeafCacheManager, monkeypatch: pytest.MonkeyPatch, name: str, parts: dict[str, int]
) -> None:
    monkeypatch.setattr(single_flight, "WAIT_SECONDS", 20.0)
    build, gate = Source({"id": 7}, seconds=0.2), threading.Barrier(200)
    # A client has a hundred connections at most.
    processes = [LeafCacheManager(RedisStores(cache.stores.settings), cache.metrics) for _ in range(4)]

    def miss(number: int) -> Any:
        with in_tenant(1):
            gate.wait()
            return processes[number % 4].get_or_build(getattr(cache, name), build, **parts)

    with ThreadPoolExecutor(200) as pool:
        assert list(pool.map(miss, range(200))) == [{"id": 7}] * 200
    assert build.calls == 1


def test_a_caller_builds_after_its_wait_and_stores_nothing(
    cache: LeafCacheManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_flight, "LEASE_SECONDS", FEW_SECONDS)
    slow, quick = Source("slow", blocked=True), Source("quick")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(read_leaf, cache, slow)
        assert slow.started.wait(FEW_SECONDS)
        assert read_leaf(cache, quick) == "quick"
        slow.may_return.set()
        assert first.result() == "slow"
    assert read_leaf(cache, quick) == "slow"


def test_the_lease_of_a_dead_process_expires(cache: LeafCacheManager, valkey: Valkey) -> None:
    def die() -> None:
        with valkey.client() as client:
            assert 0 < client.pttl("{1:test-leaf:7}") <= single_flight.LEASE_SECONDS * 1000
            client.pexpire("{1:test-leaf:7}", 1)
        time.sleep(0.02)

    cache.get_or_build(cache.leaf, die, **LEAF)
    build = Source()
    assert [read_leaf(cache, build), read_leaf(cache, build)] == [1, 1]
    assert build.calls == 1


def test_none_is_cached_for_the_negative_ttl(cache: LeafCacheManager, valkey: Valkey) -> None:
    build = Source(None)
    assert [read_leaf(cache, build) for _ in range(1000 // 20)] == [None] * 50
    assert build.calls == 1
    with valkey.client() as client:
        assert 17_000 < client.pttl("{1:test-leaf:7}") <= 22_000


def test_the_lives_of_values_vary(cache: LeafCacheManager, valkey: Valkey) -> None:
    for leaf in range(50):
        cache.get_or_build(cache.leaf, Source(leaf), leaf=leaf)
    with valkey.client() as client:
        lives = [client.pttl(f"{{1:test-leaf:{leaf}}}") for leaf in range(50)]
    assert min(lives) < 29_000
    assert max(lives) > 31_000


def test_a_value_that_is_too_large_is_not_stored(cache: LeafCacheManager, valkey: Valkey) -> None:
    build = Source("x" * single_flight.VALUE_MAX_BYTES)
    assert [len(read_leaf(cache, build)) for _ in range(2)] == [single_flight.VALUE_MAX_BYTES] * 2
    assert build.calls == 2
    with valkey.client() as client:
        assert client.dbsize() == 0


def test_tenants_have_separate_values(cache: LeafCacheManager) -> None:
    read_leaf(cache, Source("ours"))
    read_branch(cache, Source("ours"))
    with in_tenant(2):
        assert cache.get_or_build(cache.leaf, Source("theirs"), **LEAF) == "theirs"
        assert cache.get_or_build(cache.branch, Source("theirs"), **BRANCH) == "theirs"
        cache.delete(cache.tree)
    assert [read_leaf(cache, Source("no")), read_branch(cache, Source("no"))] == ["ours"] * 2
