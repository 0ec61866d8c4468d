"""Rules of dead letters, which are orders that cannot be written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.constants.stock import PARTITIONS
from shop.core.jobs.queue import JobQueue
from shop.supports.reservation import DeadLetter


class LocatedDeadLetter(NamedTuple):
    """A dead letter and its partition."""

    partition: int
    letter: DeadLetter

    @property
    def name(self) -> str:
        """Name of the letter in commands."""
        return f"{self.partition}/{self.letter.letter_id}"


@dataclass(frozen=True)
class DeadLetterService:
    """Lists dead letters, replays them, or discards them."""

    stock: StockCacheManager
    queue: JobQueue

    def find_all(self) -> Iterator[LocatedDeadLetter]:
        """Return every dead letter, oldest first in each partition."""
        for partition in range(PARTITIONS):
            yield from (LocatedDeadLetter(partition, letter) for letter in self.stock.dead_letters(partition))

    def replay(self, located: LocatedDeadLetter) -> bool:
        """Move a letter back to the outbox and request a drain.

        Returns False when it is gone or cannot be read.
        """
        put_back = self.stock.replay(located.partition, located.letter)
        if put_back:
            self.queue.enqueue(JobName.DRAIN_STOCK, partition=located.partition)
        return put_back

    def discard(self, located: LocatedDeadLetter) -> bool:
        """Reject the order for good and return its stock.

        Returns False when the letter is gone.
        """
        return self.stock.discard(located.partition, located.letter)
