"""Batch worker: order, size of batches, and its end."""

import queue
import threading
from collections.abc import Callable

from shop.core.logging.batch_worker import BATCH_MAX, BatchWorker
from tests.support.polling import eventually


def worker_of(write: Callable[[list[int]], None], after_batch: Callable[[], None] = lambda: None) -> BatchWorker[int]:
    return BatchWorker("test", queue.Queue(), write, gather_seconds=0.01, idle_seconds=0.01, after_batch=after_batch)


def test_records_are_written_in_order_in_bounded_batches() -> None:
    batches: list[list[int]] = []
    worker = worker_of(batches.append)
    for number in range(2 * BATCH_MAX + 1):
        worker.pending.put(number)

    worker.start()

    assert worker.finish(5) == 0
    assert [number for batch in batches for number in batch] == list(range(2 * BATCH_MAX + 1))
    assert [len(batch) for batch in batches] == [BATCH_MAX, BATCH_MAX, 1]


def test_the_hook_is_called_without_records() -> None:
    calls: list[bool] = []
    worker = worker_of(lambda _: None, lambda: calls.append(True))

    worker.start()

    eventually(lambda: len(calls) >= 3, 5)
    assert worker.finish(5) == 0


class ObservedQueue(queue.Queue[int | None]):
    """Queue that reports the waits for its next entry."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = threading.Event()

    def get(self, block: bool = True, timeout: float | None = None) -> int | None:
        if timeout:
            self.waiting.set()
        return super().get(block, timeout)


def test_an_idle_worker_ends_without_a_further_record() -> None:
    batches: list[list[int]] = []
    pending = ObservedQueue()
    worker = BatchWorker("idle-worker", pending, batches.append, gather_seconds=0.0, idle_seconds=3600.0)
    worker.start()
    assert pending.waiting.wait(5)

    left = worker.finish(2)

    assert "idle-worker" not in {thread.name for thread in threading.enumerate()}
    assert (left, batches) == (0, [])


def test_a_worker_that_is_busy_at_its_end_leaves_no_record_of_its_own() -> None:
    writing, release = threading.Event(), threading.Event()

    def write(_: list[int]) -> None:
        writing.set()
        release.wait(10)

    worker = worker_of(write)
    worker.start()
    worker.pending.put(1)
    assert writing.wait(5)

    left = worker.finish(0.1)
    release.set()

    assert left == 0


def test_the_end_returns_the_number_of_records_that_are_left() -> None:
    writing, release = threading.Event(), threading.Event()

    def write(_: list[int]) -> None:
        writing.set()
        release.wait(10)

    worker = worker_of(write)
    worker.start()
    worker.pending.put(1)
    assert writing.wait(5)
    worker.pending.put(2)
    worker.pending.put(3)

    left = worker.finish(0.1)
    release.set()

    assert left == 2
