"""Purge of expired idempotency records, by schedule or command."""

from dataclasses import dataclass

from shop.constants.job import JobName
from shop.core.jobs.job import OnSteps, ignore_steps
from shop.core.jobs.purge import PurgeJob
from shop.services.idempotency_record import IdempotencyRecordService


@dataclass(frozen=True)
class PurgeIdempotencyRecordsJob(PurgeJob):
    """Job that deletes expired idempotency records."""

    records: IdempotencyRecordService

    name = JobName.PURGE

    def run(self, on_steps: OnSteps = ignore_steps) -> int:
        """Delete all expired records; return their number."""
        return self.purge_all(on_steps)

    def delete_batch(self) -> int:
        """Delete one batch of expired records; return their number."""
        return self.records.purge()
