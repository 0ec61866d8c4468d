"""Dead letters, asked for by an operator."""

from dataclasses import dataclass
from typing import NamedTuple

from shop.constants.job import JobName
from shop.core.jobs.job import Job
from shop.core.jobs.queue import Queue
from shop.services.dead_letter import DeadLetterService


class Line(NamedTuple):
    """A dead letter for people: a job that failed, or an order that cannot be written."""

    name: str
    what: str
    why: str


@dataclass(frozen=True)
class DeadLetterJob(Job):
    """What failed for good, and what becomes of it."""

    letters: DeadLetterService
    queue: Queue

    name = JobName.DEAD_LETTERS

    def run(self) -> list[Line]:
        """All there are."""
        orders = [Line(found.name, found.letter.text, found.letter.why) for found in self.letters.find_all()]
        return orders + [Line(job.job_id, job.call, job.why) for job in self.queue.failed()]

    def replay(self, name: str) -> bool:
        """Try one again; False when there is none of that name, or when trying is no use."""
        return any(self.letters.replay(found) for found in self.letters.find_all() if found.name == name) or (
            self.queue.retry(name)
        )

    def discard(self, name: str) -> bool:
        """Give one up; False when there is none of that name."""
        return any(self.letters.discard(found) for found in self.letters.find_all() if found.name == name) or (
            self.queue.forget(name)
        )
