"""Background thread that writes the records of a bounded queue in batches."""

import queue
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Generic, TypeVar

BATCH_MAX = 500
T = TypeVar("T")


@dataclass(eq=False)
class BatchWorker(Generic[T]):
    """Queue consumer that calls `write` with batches of records.

    A batch has at most `BATCH_MAX` records and is gathered for `gather_seconds`. `after_batch` is called after every
    batch, and at least every `idle_seconds`.
    """

    name: str
    # None wakes the thread and is no record.
    pending: queue.Queue[T | None]
    write: Callable[[list[T]], None]
    gather_seconds: float
    idle_seconds: float
    after_batch: Callable[[], None] = lambda: None
    stopping: Event = field(default_factory=Event, init=False)

    def __post_init__(self) -> None:
        self._thread = Thread(target=self._run, name=self.name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def finish(self, seconds: float) -> int:
        """Write the pending records within the given seconds, then stop.

        Returns the number of records that are still pending.
        """
        self.stopping.set()
        # Wakes an idle thread. In a full queue it waits for no record.
        with suppress(queue.Full):
            self.pending.put_nowait(None)
        self._thread.join(seconds)
        with self.pending.mutex:
            return sum(record is not None for record in self.pending.queue)

    def _run(self) -> None:
        while not (self.stopping.is_set() and self.pending.empty()):
            if batch := self._take_batch():
                self.write(batch)
            self.after_batch()

    def _take_batch(self) -> list[T]:
        batch: list[T | None] = []
        # Records are gathered, because each time this thread wakes, the threads that answer requests stop.
        self.stopping.wait(self.gather_seconds)
        with suppress(queue.Empty):
            batch.append(self.pending.get(timeout=0 if self.stopping.is_set() else self.idle_seconds))
            while len(batch) < BATCH_MAX:
                batch.append(self.pending.get_nowait())
        return [record for record in batch if record is not None]
