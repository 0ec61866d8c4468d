"""Draining: writes the reservations of an outbox to MySQL."""

from contextlib import suppress
from dataclasses import dataclass

from shop.constants.stock import BATCH
from shop.core.database.transaction import transactional
from shop.core.errors import DuplicateRow, ImpossibleRow
from shop.core.jobs.job import Job
from shop.core.tenant import all_tenants
from shop.services.outbox import OutboxService
from shop.services.stock import StockService

TRIES = 5


@dataclass(frozen=True)
class Drainer(Job):
    """Base of jobs that drain an outbox."""

    stock: StockService
    outbox: OutboxService

    rescheduled = True

    @all_tenants()
    @transactional
    def write(self, partition: int, after: str | None, limit: int = BATCH) -> tuple[int, str | None]:
        """Write one batch in one transaction; return entry count and last id."""
        return self.stock.drain(partition, after, limit)

    @all_tenants()
    @transactional
    def dead_letter(self, partition: int, entry_id: str, reason: str) -> None:
        """Move an entry to the dead letters."""
        self.stock.dead_letter(partition, entry_id, reason)

    def write_with_retry(self, partition: int, after: str | None, limit: int = BATCH) -> tuple[int, str | None]:
        """Write one batch; read again when another drain wrote part of it."""
        for _ in range(TRIES - 1):
            with suppress(DuplicateRow):
                return self.write(partition, after, limit)
        return self.write(partition, after, limit)

    def write_or_dead_letter(self, partition: int, after: str | None) -> tuple[int, str | None]:
        """Write one batch; move unwritable entries to the dead letters."""
        try:
            return self.write_with_retry(partition, after)
        except (ImpossibleRow, DuplicateRow):
            return self._write_singly(partition, after)

    def _write_singly(self, partition: int, after: str | None) -> tuple[int, str | None]:
        for number in range(BATCH):
            entry_id = self.outbox.find_next(partition, after)
            if entry_id is None:
                return number, after
            try:
                self.write_with_retry(partition, after, 1)
            except (ImpossibleRow, DuplicateRow) as error:
                self.dead_letter(partition, entry_id, str(error))
            after = entry_id
        return BATCH, after
