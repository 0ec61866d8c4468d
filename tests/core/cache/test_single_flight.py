"""What is built is remembered for all, by one of them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shop.core.cache import single_flight as remembering
from shop.core.metrics.metrics import Metrics
from shop.core.redis.stores import RedisStores
from shop.core.settings.settings import Settings
from shop.core.tenant import in_tenant
from tests.core.cache.slow_sources import BRANCH, LEAF, LeafCacheManager, Source, look, look_at_branch
from tests.support.servers.valkey import Valkey

pytestmark = pytest.mark.usefixtures("one_tenant")


@pytest.fixture
def cache(valkey: Valkey, tmp_path: Path) -> LeafCacheManager:
    settings = Settings(redis_url=valkey.url, redis_timeout=2.0, var=str(tmp_path))
    return LeafCacheManager(RedisStores(settings), Metrics(settings))


@pytest.mark.parametrize(("name", "place"), [("leaf", LEAF), ("branch", BRANCH)])
def test_of_two_hundred_who_miss_one_builds(
    cache: LeafCacheManager, monkeypatch: pytest.MonkeyPatch, name: str, place: dict[str, int]
) -> None:
    monkeypatch.setattr(remembering, "WAIT_SECONDS", 20.0)
    build, gate = Source({"id": 7}, seconds=0.2), threading.Barrier(200)
    # Each has a hundred connections at most.
    processes = [LeafCacheManager(RedisStores(cache.stores.settings), cache.metrics) for _ in range(4)]

    def miss(number: int) -> Any:
        with in_tenant(1):
            gate.wait()
            return processes[number % 4].remember(getattr(cache, name), build, **place)

    with ThreadPoolExecutor(200) as pool:
        assert list(pool.map(miss, range(200))) == [{"id": 7}] * 200
    assert build.asked == 1


def test_who_has_waited_long_enough_builds_for_itself_and_keeps_nothing(cache: LeafCacheManager) -> None:
    slow, quick = Source("slow", seconds=1.0), Source("quick")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(look, cache, slow)
        time.sleep(0.1)
        began = time.monotonic()
        assert look(cache, quick) == "quick"
        assert time.monotonic() - began < 0.9
        assert first.result() == "slow"
    assert look(cache, quick) == "slow"


def test_a_lease_of_somebody_who_died_ends(cache: LeafCacheManager, valkey: Valkey) -> None:
    def die() -> None:
        with valkey.client() as client:
            assert 0 < client.pttl("{1:test-leaf:7}") <= remembering.LEASE_SECONDS * 1000
            client.pexpire("{1:test-leaf:7}", 1)
        time.sleep(0.02)

    cache.remember(cache.leaf, die, **LEAF)
    build = Source()
    assert [look(cache, build), look(cache, build)] == [1, 1]
    assert build.asked == 1


def test_that_there_is_nothing_is_remembered_for_as_long_as_is_said(cache: LeafCacheManager, valkey: Valkey) -> None:
    build = Source(None)
    assert [look(cache, build) for _ in range(1000 // 20)] == [None] * 50
    assert build.asked == 1
    with valkey.client() as client:
        assert 17_000 < client.pttl("{1:test-leaf:7}") <= 22_000


def test_lives_differ(cache: LeafCacheManager, valkey: Valkey) -> None:
    for leaf in range(50):
        cache.remember(cache.leaf, Source(leaf), leaf=leaf)
    with valkey.client() as client:
        lives = [client.pttl(f"{{1:test-leaf:{leaf}}}") for leaf in range(50)]
    assert min(lives) < 29_000
    assert max(lives) > 31_000


def test_what_is_too_large_is_not_kept(cache: LeafCacheManager, valkey: Valkey) -> None:
    build = Source("x" * remembering.KEPT_MAX_BYTES)
    assert [len(look(cache, build)) for _ in range(2)] == [remembering.KEPT_MAX_BYTES] * 2
    assert build.asked == 2
    with valkey.client() as client:
        assert client.dbsize() == 0


def test_tenants_remember_apart(cache: LeafCacheManager) -> None:
    look(cache, Source("ours"))
    look_at_branch(cache, Source("ours"))
    with in_tenant(2):
        assert cache.remember(cache.leaf, Source("theirs"), **LEAF) == "theirs"
        assert cache.remember(cache.branch, Source("theirs"), **BRANCH) == "theirs"
        cache.forget(cache.tree)
    assert [look(cache, Source("no")), look_at_branch(cache, Source("no"))] == ["ours"] * 2
