"""Purge of old sessions, run by the schedule."""

from dataclasses import dataclass

from shop.constants.job import JobName
from shop.core.jobs.purge import PurgeJob
from shop.services.session import SessionService


@dataclass(frozen=True)
class PurgeSessionsJob(PurgeJob):
    """Job that deletes sessions that ended long ago."""

    sessions: SessionService

    name = JobName.PURGE_SESSIONS

    def run(self) -> int:
        """Delete all old sessions; return their number."""
        return self.purge_all()

    def delete_batch(self) -> int:
        """Delete one batch of old sessions; return their number."""
        return self.sessions.purge()
