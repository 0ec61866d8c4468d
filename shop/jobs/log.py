"""Log search, run by an operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shop.constants.job import JobName
from shop.core.jobs.job import Job
from shop.services.log import LogService


@dataclass(frozen=True)
class LogJob(Job):
    """Job that searches the log."""

    logs: LogService

    name = JobName.LOGS

    def run(self, request_id: str) -> Sequence[dict[str, Any]]:
        """Return all records of a request and its jobs, oldest first."""
        return self.logs.find(request_id)
