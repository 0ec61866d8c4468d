"""Base of jobs that delete expired rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from shop.core.jobs.job import Job, OnSteps, ignore_steps
from shop.core.tenant import ALL_TENANTS


@dataclass(frozen=True)
class PurgeJob(Job):
    """Base of hourly jobs that delete expired rows in batches."""

    every = timedelta(hours=1)
    rescheduled = True

    # A method of each purge job: delete one batch and return its number of rows.
    delete_batch: ClassVar[Callable[..., int]]

    def purge_all(self, on_steps: OnSteps = ignore_steps) -> int:
        """Delete all expired rows; return their number.

        Calls `on_steps` with the number of each batch.
        """
        total = 0
        while count := self.purge():
            total += count
            on_steps(count)
        return total

    def purge(self) -> int:
        """Delete one batch in its own transaction; return its number of rows."""
        return self.transact(ALL_TENANTS, self.delete_batch)
