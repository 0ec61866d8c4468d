"""Base of jobs that delete expired rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from shop.core.jobs.job import Job
from shop.core.tenant import ALL_TENANTS


@dataclass(frozen=True)
class PurgeJob(Job):
    """Base of hourly jobs that delete expired rows in batches."""

    every = timedelta(hours=1)
    rescheduled = True

    # A method of each purge job: delete one batch and return its number of rows.
    delete_batch: ClassVar[Callable[..., int]]

    def purge_all(self) -> int:
        """Delete all expired rows; return their number."""
        total = 0
        while count := self.purge():
            total += count
        return total

    def purge(self) -> int:
        """Delete one batch in its own transaction; return its number of rows."""
        return self.transact(ALL_TENANTS, self.delete_batch)
