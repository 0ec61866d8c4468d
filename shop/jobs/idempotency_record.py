"""Old idempotency records, asked for by the schedule and by an operator."""

from dataclasses import dataclass
from datetime import timedelta

from shop.constants.job import JobName
from shop.core.database.transaction import transactional
from shop.core.jobs.job import Job
from shop.core.tenant import all_tenants
from shop.services.idempotency_record import IdempotencyRecordService


@dataclass(frozen=True)
class PurgeIdempotencyRecordsJob(Job):
    """Forgets the requests whose keys have ended."""

    records: IdempotencyRecordService

    name = JobName.PURGE
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
        return self.records.purge()
