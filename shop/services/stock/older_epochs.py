"""Reservations of older epochs.

The database writes them under a new number, or Redis readmits them.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shop.constants.job import JobName
from shop.constants.stock import ReadmitOutcome
from shop.core.database.transaction import after_commit
from shop.services.stock.writing import OrderWriter
from shop.supports.reservation import OutboxEntry
from shop.supports.stock import parse_count

INSUFFICIENT = "Too few pieces are left."


@dataclass(frozen=True)
class OlderEpochWriter(OrderWriter):
    """Steps for reservations of an epoch that has ended."""

    def _write_older(
        self, partition: int, entries: Sequence[OutboxEntry], epochs: Mapping[int, int]
    ) -> list[OutboxEntry]:
        """Write reservations of other epochs where the database sells; return them."""
        written: dict[uuid.UUID, OutboxEntry] = {}
        for entry in entries if self.strategy.database_sells else ():
            reservation = entry.reservation
            epoch = epochs.get(reservation.item_id, reservation.epoch)
            older = epoch != reservation.epoch and reservation.order_id not in written
            if older and self._write_renumbered(partition, entry, epoch):
                written[reservation.order_id] = entry
        return list(written.values())

    def _write_renumbered(self, partition: int, entry: OutboxEntry, epoch: int) -> bool:
        # Numbered like direct sales, under the same row lock, and never in an epoch in which Redis gives numbers. While
        # Redis still does, a load begins another epoch first. So no number is given twice.
        reservation = entry.reservation
        if self.stock.state(reservation.tenant_id, reservation.item_id).get("epoch") == str(epoch):
            after_commit(self._close_and_enqueue, JobName.LOAD_STOCK, reservation.tenant_id, reservation.item_id)
            return False
        if not self.items.take(reservation.item_id, reservation.quantity):
            # Not rejected: an operator adds stock for the reservation, or discards it.
            after_commit(self.stock.dead_letter, partition, entry.entry_id, reservation.text, INSUFFICIENT)
            return False
        number = self.orders.find_last_number(reservation.item_id, epoch) + 1
        self._write_orders([reservation._replace(epoch=epoch, seq=number)])
        return True

    def _readmit_entry(self, partition: int, entry: OutboxEntry, epoch: int) -> None:
        place = entry.reservation.tenant_id, entry.reservation.item_id
        match self.stock.readmit(partition, entry, epoch):
            case ReadmitOutcome.DATA_LOST if parse_count(self.stock.state(*place).get("epoch")) < epoch:
                # A newer epoch in Redis means that this drain is late; the next one readmits the entry.
                self._close_and_enqueue(JobName.LOAD_STOCK, *place)
            case ReadmitOutcome.CLOSED if self.stock.claim_load_request(*place):
                # No purchase requests the load of a closed item, but its reservations still have to be counted.
                self.queue.enqueue_first(JobName.LOAD_STOCK, tenant_id=place[0], item_id=place[1])
