"""Old idempotency records, asked for by the schedule and by an operator."""

from dataclasses import dataclass
from datetime import timedelta

from shop.constants.job import JobName
from shop.core.database.transaction import transactional
from shop.core.jobs.job import Job
from shop.core.tenant import in_every_tenant
from shop.services.idempotency_record import IdempotencyRecordService


@dataclass(frozen=True)
class PurgeIdempotencyRecordsJob(Job):
    """Forgets the requests whose keys have ended."""

    records: IdempotencyRecordService

    name = JobName.PURGE
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
        return self.records.purge()
