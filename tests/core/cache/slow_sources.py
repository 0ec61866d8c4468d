"""Cached values with slow sources."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Any

from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.tenant import in_tenant

FEW_SECONDS = 20.0
LEAF, BRANCH = {"leaf": 7}, {"branch": 7}


@dataclass(frozen=True)
class LeafCacheManager(CacheManager):
    leaf = Key("{{{tenant}:test-leaf:{leaf}}}", ttl=timedelta(seconds=30), negative_ttl=timedelta(seconds=20))
    tree = Key("{{{tenant}:test-tree}}", ttl=timedelta(seconds=100))
    branch = Key("{{{tenant}:test-tree}}:branch:{branch}", ttl=timedelta(seconds=30), tag=tree)


class Source:
    """Slow source of a value, which counts its calls.

    With `blocked` a call ends after `may_return` is set.
    """

    def __init__(self, value: Any = 1, seconds: float = 0.0, *, blocked: bool = False) -> None:
        self.value, self.seconds, self.calls = value, seconds, 0
        self.started, self.may_return = Event(), Event()
        if not blocked:
            self.may_return.set()

    def __call__(self) -> Any:
        self.calls += 1
        value = self.value
        self.started.set()
        time.sleep(self.seconds)
        assert self.may_return.wait(FEW_SECONDS)
        return value


def in_another_thread(work: Callable[[], Any]) -> Any:
    """Run a call in a thread without this thread's context."""

    def enter() -> Any:
        with in_tenant(1):
            return work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(enter).result()


def read_leaf(cache: LeafCacheManager, build: Source) -> Any:
    return in_another_thread(lambda: cache.get_or_build(cache.leaf, build, **LEAF))


def read_branch(cache: LeafCacheManager, build: Source) -> Any:
    return in_another_thread(lambda: cache.get_or_build(cache.branch, build, **BRANCH))
