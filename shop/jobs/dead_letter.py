"""Dead letter job, run by an operator."""

from dataclasses import dataclass
from typing import NamedTuple

from shop.constants.job import JobName
from shop.core.jobs.job import Job
from shop.core.jobs.queue import JobQueue
from shop.services.dead_letter import DeadLetterService


class FailureLine(NamedTuple):
    """Printable dead letter: failed job or order that cannot be written."""

    name: str
    description: str
    reason: str


@dataclass(frozen=True)
class DeadLetterJob(Job):
    """Job that lists, replays and discards dead letters."""

    letters: DeadLetterService
    queue: JobQueue

    name = JobName.DEAD_LETTERS

    def run(self) -> list[FailureLine]:
        """List all dead letters of orders and jobs."""
        orders = [FailureLine(entry.name, entry.letter.text, entry.letter.reason) for entry in self.letters.find_all()]
        return orders + [FailureLine(job.job_id, job.call, job.reason) for job in self.queue.list_failed()]

    def replay(self, name: str) -> bool:
        """Replay a dead letter; return False when it is unknown or unreadable."""
        return any(self.letters.replay(entry) for entry in self.letters.find_all() if entry.name == name) or (
            self.queue.retry_failed(name)
        )

    def discard(self, name: str) -> bool:
        """Discard a dead letter; return False when it is unknown."""
        return any(self.letters.discard(entry) for entry in self.letters.find_all() if entry.name == name) or (
            self.queue.discard_failed(name)
        )
