"""Orders of older epochs: written under a new number by the database, or counted anew by Redis."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shop.constants.job import JobName
from shop.constants.order import Strategy
from shop.constants.stock import ReadmitOutcome
from shop.core.database.transaction import after_commit
from shop.services.stock.writing import Writing
from shop.supports.reservation import OutboxEntry
from shop.supports.stock import parse_count

INSUFFICIENT = "Too few pieces are left."


@dataclass(frozen=True)
class OlderEpochs(Writing):
    """Steps for what was promised in an epoch that has ended."""

    @property
    def _database_sells(self) -> bool:
        return self.settings.purchase_strategy == Strategy.DB

    def _write_older(
        self, partition: int, entries: Sequence[OutboxEntry], epochs: Mapping[int, int]
    ) -> list[OutboxEntry]:
        """Where the database sells, it writes what was promised in other epochs itself; those it wrote."""
        written: dict[uuid.UUID, OutboxEntry] = {}
        for entry in entries if self._database_sells else ():
            reservation = entry.reservation
            epoch = epochs.get(reservation.item_id, reservation.epoch)
            older = epoch != reservation.epoch and reservation.order_id not in written
            if older and self._write_renumbered(partition, entry, epoch):
                written[reservation.order_id] = entry
        return list(written.values())

    def _write_renumbered(self, partition: int, entry: OutboxEntry, epoch: int) -> bool:
        # Numbered as direct sales are, under the same row lock, and never in an epoch that Redis counts in: no number
        # is given twice. While Redis still does, a load begins another epoch first.
        reservation = entry.reservation
        if self.stock.state(reservation.tenant_id, reservation.item_id).get("epoch") == str(epoch):
            after_commit(self._close_and_enqueue, JobName.LOAD_STOCK, reservation.tenant_id, reservation.item_id)
            return False
        if not self.items.take(reservation.item_id, reservation.quantity):
            # Not rejected: an operator finds pieces for what was promised, or discards it.
            after_commit(self.stock.dead_letter, partition, entry.entry_id, reservation.text, INSUFFICIENT)
            return False
        number = self.orders.find_last_number(reservation.item_id, epoch) + 1
        self._write_orders([reservation._replace(epoch=epoch, seq=number)])
        return True

    def _readmit_entry(self, partition: int, entry: OutboxEntry, epoch: int) -> None:
        place = entry.reservation.tenant_id, entry.reservation.item_id
        match self.stock.readmit(partition, entry, epoch):
            case ReadmitOutcome.DATA_LOST if parse_count(self.stock.state(*place).get("epoch")) < epoch:
                # Not when it is above what we read: then we come late, and the next drain counts it.
                self._close_and_enqueue(JobName.LOAD_STOCK, *place)
            case ReadmitOutcome.CLOSED if self.stock.claim_load_request(*place):
                # Nobody may buy it any longer, so nobody else asks; what was promised is counted all the same.
                self.queue.enqueue(JobName.LOAD_STOCK, tenant_id=place[0], item_id=place[1])
