"""Dead letters, asked for by an operator."""

from dataclasses import dataclass
from typing import NamedTuple

from shop.constants.job import JobName
from shop.core.jobs.job import Job
from shop.core.jobs.queue import JobQueue
from shop.services.dead_letter import DeadLetterService


class FailureLine(NamedTuple):
    """A dead letter for people: a job that failed, or an order that cannot be written."""

    name: str
    what: str
    why: str


@dataclass(frozen=True)
class DeadLetterJob(Job):
    """What failed for good, and what becomes of it."""

    letters: DeadLetterService
    queue: JobQueue

    name = JobName.DEAD_LETTERS

    def run(self) -> list[FailureLine]:
        """All there are."""
        orders = [FailureLine(found.name, found.letter.text, found.letter.reason) for found in self.letters.find_all()]
        return orders + [FailureLine(job.job_id, job.call, job.reason) for job in self.queue.list_failed()]

    def replay(self, name: str) -> bool:
        """Try one again; False when there is none of that name, or when trying is no use."""
        return any(self.letters.replay(found) for found in self.letters.find_all() if found.name == name) or (
            self.queue.retry_failed(name)
        )

    def discard(self, name: str) -> bool:
        """Give one up; False when there is none of that name."""
        return any(self.letters.discard(found) for found in self.letters.find_all() if found.name == name) or (
            self.queue.discard_failed(name)
        )
