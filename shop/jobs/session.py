"""Old sessions, asked for by the schedule."""

from dataclasses import dataclass
from datetime import timedelta

from shop.constants.job import JobName
from shop.core.database.transaction import transactional
from shop.core.jobs.job import Job
from shop.core.tenant import all_tenants
from shop.services.session import SessionService


@dataclass(frozen=True)
class PurgeSessionsJob(Job):
    """Forgets the sessions that ended long ago."""

    sessions: SessionService

    name = JobName.PURGE_SESSIONS
    every = timedelta(hours=1)
    rescheduled = True

    def run(self) -> int:
        """Forget them batch by batch; how many there were."""
        gone = 0
        while count := self.purge():
            gone += count
        return gone

    @all_tenants()
    @transactional
    def purge(self) -> int:
        """Forget one batch; how many."""
        return self.sessions.purge()
