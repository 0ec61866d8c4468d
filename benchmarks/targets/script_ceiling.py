"""The script alone: as many processes and threads as a web server has, which reserve in a loop, without HTTP."""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from uuid_utils.compat import uuid7

from benchmarks.load.load_generator import Load
from shop.cache_managers.stock import Purchase, StockCacheManager
from shop.constants.job import JobName
from shop.constants.stock import Outcome
from shop.container import Container
from shop.core.job import Queue
from shop.core.model import DEFAULT_TENANT
from shop.core.settings import Settings
from shop.core.tokens import Claims

PROCESSES, THREADS = 2, 4
_mine: list[Container] = []


@dataclass(frozen=True)
class Ceiling:
    """Processes that stand ready to reserve."""

    pool: ProcessPoolExecutor
    item_id: int
    users: Sequence[Claims]

    def drive(self, seconds: float, most: int) -> Load:
        """Reserve for some seconds in all of them."""
        begun = time.perf_counter()
        asked = [
            self.pool.submit(_reserve_in_threads, self.item_id, self.users[number], seconds, most // PROCESSES)
            for number in range(PROCESSES)
        ]
        latencies = [latency for answer in asked for latency in answer.result()]
        return Load(latencies, seconds=time.perf_counter() - begun)


@contextmanager
def open_ceiling(settings: Settings, item_id: int, users: Sequence[Claims]) -> Iterator[Ceiling]:
    """Such processes while the context lasts."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, spawn, _prepare, (settings,)) as pool:
        yield Ceiling(pool, item_id, users)


def _prepare(settings: Settings) -> None:
    _mine.append(Container(settings))


def _reserve_in_threads(item_id: int, user: Claims, seconds: float, most: int) -> list[float]:
    with ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(_reserve, item_id, user, seconds, most // THREADS) for _ in range(THREADS)]
        return [latency for answer in asked for latency in answer.result()]


def _reserve(item_id: int, user: Claims, seconds: float, most: int) -> list[float]:
    stock, queue = _mine[0].get(StockCacheManager), _mine[0].get(Queue)
    backlog_max = _mine[0].get(Settings).backlog_max
    latencies: list[float] = []
    deadline = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < deadline and len(latencies) < most:
        words = (uuid7(), DEFAULT_TENANT, item_id, user.user_id, 1, time.time_ns() // 1000)
        wish = Purchase(*words, ticket=None, session_id=user.session_id)
        reserved = stock.reserve(wish, backlog_max)
        if reserved.outcome is not Outcome.RESERVED:
            raise RuntimeError(f"The script refused: {reserved}")
        if reserved.wake:
            queue.enqueue(JobName.DRAIN_STOCK, partition=stock.partition(DEFAULT_TENANT, item_id))
        latencies.append(time.perf_counter() - begun)
    return latencies
