"""Old sessions, asked for by the schedule."""

from dataclasses import dataclass
from datetime import timedelta

from shop.constants.job import JobName
from shop.core.database.transaction import transactional
from shop.core.jobs.job import Job
from shop.core.tenant import in_every_tenant
from shop.services.session import SessionService


@dataclass(frozen=True)
class PurgeSessionsJob(Job):
    """Forgets the sessions that ended long ago."""

    sessions: SessionService

    name = JobName.PURGE_SESSIONS
    every = timedelta(hours=1)
    asked_again = True

    def run(self) -> int:
        """Forget them batch by batch; how many there were."""
        gone = 0
        while count := self.purge():
            gone += count
        return gone

    @in_every_tenant()
    @transactional
    def purge(self) -> int:
        """Forget one batch; how many."""
        return self.sessions.purge()
