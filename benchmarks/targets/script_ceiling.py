"""Upper bound of purchases: reservations in a loop, without HTTP."""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from uuid_utils.compat import uuid7

from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.constants.stock import ReserveOutcome
from shop.container import Container
from shop.core.crypto.tokens import Claims
from shop.core.database.model import DEFAULT_TENANT
from shop.core.jobs.queue import JobQueue
from shop.core.settings.settings import Settings
from shop.supports.reservation import Purchase

# As many as a web server has.
PROCESSES, THREADS = 2, 4
# The container of a pool process.
_containers: list[Container] = []


@dataclass(frozen=True)
class ScriptCeiling:
    """Pool of processes that are ready to reserve."""

    pool: ProcessPoolExecutor
    item_id: int
    users: Sequence[Claims]

    def reserve(self, seconds: float, limit: int) -> list[float]:
        """Reserve in all processes for some seconds, at most `limit` times.

        Returns the seconds that each reservation took.
        """
        futures = [
            self.pool.submit(_reserve_in_threads, self.item_id, self.users[number], seconds, limit // PROCESSES)
            for number in range(PROCESSES)
        ]
        return [latency for future in futures for latency in future.result()]


@contextmanager
def run_script_ceiling(settings: Settings, item_id: int, users: Sequence[Claims]) -> Iterator[ScriptCeiling]:
    """Run the pool while the context lasts."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, spawn, _create_container, (settings,)) as pool:
        yield ScriptCeiling(pool, item_id, users)


def _create_container(settings: Settings) -> None:
    _containers.append(Container(settings))


def _reserve_in_threads(item_id: int, user: Claims, seconds: float, limit: int) -> list[float]:
    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(_reserve, item_id, user, seconds, limit // THREADS) for _ in range(THREADS)]
        return [latency for future in futures for latency in future.result()]


def _reserve(item_id: int, user: Claims, seconds: float, limit: int) -> list[float]:
    container = _containers[0]
    stock, queue = container.get(StockCacheManager), container.get(JobQueue)
    backlog_max = container.get(Settings).backlog_max
    latencies: list[float] = []
    deadline = time.perf_counter() + seconds
    while (started := time.perf_counter()) < deadline and len(latencies) < limit:
        terms = (uuid7(), DEFAULT_TENANT, item_id, user.user_id, 1, time.time_ns() // 1000)
        purchase = Purchase(*terms, idempotency_key=None, session_id=user.session_id)
        reserved = stock.reserve(purchase, backlog_max)
        if reserved.outcome is not ReserveOutcome.RESERVED:
            raise RuntimeError(f"The script refused: {reserved}")
        if reserved.woke_drain:
            queue.enqueue(JobName.DRAIN_STOCK, partition=stock.partition(DEFAULT_TENANT, item_id))
        latencies.append(time.perf_counter() - started)
    return latencies
