"""Rules of stock: writes reservations to the database."""

import logging
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from shop.constants.job import JobName
from shop.constants.stock import BATCH, Cause
from shop.core.database.transaction import after_commit
from shop.core.metrics.metrics import Histogram
from shop.services.stock.older_epochs import OlderEpochWriter
from shop.supports.reservation import OutboxEntry, Reservation

UNREADABLE = "It cannot be read."
NO_ITEM = "Its item does not exist."
BATCH_SIZE_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
DRAIN_ORDERS = Histogram("shop_drain_orders", "Orders written in one transaction.", (), BATCH_SIZE_BUCKETS)
DRAIN_SECONDS = Histogram(
    "shop_drain_seconds", "Seconds such a transaction took, the last command to Redis included.", ()
)
CONFIRM_SECONDS = Histogram("shop_confirm_seconds", "Seconds from the promise of an order until it was written.", ())
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StockService(OlderEpochWriter):
    """Writes the reservations of Redis to MySQL, each once."""

    def drain(self, partition: int, after: str | None, limit: int = BATCH) -> tuple[int, str | None]:
        """Write the next entries of an outbox; finalize them after the commit.

        Returns their number and the id of the last one. Raises DuplicateRow when another drain wrote them meanwhile,
        ImpossibleRow when one of them can never be written.
        """
        page = self.stock.entries(partition, after, limit)
        for entry_id, text in page.unreadable.items():
            after_commit(self.stock.dead_letter, partition, entry_id, text, UNREADABLE)
        if page.entries:
            self._drain_entries(partition, page.entries)
        return len(page.entries) + len(page.unreadable), page.last_id or after

    def dead_letter(self, partition: int, entry_id: str, reason: str) -> None:
        """Turn a waiting entry into a dead letter, so that others proceed."""
        entry = self.stock.find_entry(partition, entry_id)
        if entry is None:
            return
        # Locked, so that no other drain writes it meanwhile.
        self.items.lock_epochs({entry.reservation.item_id})
        if not self.orders.find_positions([entry.reservation.order_id]):
            self._write_voids([entry.reservation])
            after_commit(self.stock.dead_letter, partition, entry_id, entry.reservation.text, reason)

    def _drain_entries(self, partition: int, outbox_entries: Sequence[OutboxEntry]) -> None:
        began = self.clock.microseconds()
        # Locked first: no other drain writes these items meanwhile, and a late drain readmits no order that another one
        # has written.
        epochs = self.items.lock_epochs({entry.reservation.item_id for entry in outbox_entries})
        written = self.orders.find_positions([entry.reservation.order_id for entry in outbox_entries])
        fresh = [entry for entry in outbox_entries if entry.reservation.order_id not in written]
        moved = self._write_older(partition, fresh, epochs)
        ids = {entry.reservation.order_id for entry in moved}
        admitted = self._admit(partition, [e for e in fresh if e.reservation.order_id not in ids], epochs)
        self._write_orders([entry.reservation for entry in admitted])
        existing = [entry for entry in outbox_entries if entry.reservation.order_id in written]
        doubled = [entry for entry in existing if written[entry.reservation.order_id] != entry.reservation.position]
        # Readmitted under another number, unless they became dead letters.
        older = [e for e in fresh if epochs.get(e.reservation.item_id, e.reservation.epoch) != e.reservation.epoch]
        self._write_voids([entry.reservation for entry in [*doubled, *older]])
        after_commit(self.stock.finalize, partition, moved + admitted + existing, {entry.entry_id for entry in doubled})
        after_commit(self._observe_drain, began, [entry.reservation.moment for entry in moved + admitted])

    def _observe_drain(self, started: int, promise_times: Sequence[int]) -> None:
        now = self.clock.microseconds()
        if promise_times:
            self.metrics.observe(DRAIN_SECONDS, (now - started) / 1e6)
            self.metrics.observe(DRAIN_ORDERS, len(promise_times))
            self.metrics.observe_all(CONFIRM_SECONDS, [max(0.0, (now - moment) / 1e6) for moment in promise_times])

    def _admit(self, partition: int, entries: Sequence[OutboxEntry], epochs: Mapping[int, int]) -> list[OutboxEntry]:
        """Return entries of the current epoch for which MySQL has stock.

        Entries of other epochs are readmitted after the commit.
        """
        first: dict[uuid.UUID, OutboxEntry] = {}
        for entry in entries:
            epoch = epochs.get(entry.reservation.item_id)
            if epoch is None:
                after_commit(self.stock.dead_letter, partition, entry.entry_id, entry.reservation.text, NO_ITEM)
            elif entry.reservation.epoch != epoch:
                if not self.strategy.database_sells:
                    after_commit(self._readmit_entry, partition, entry, epoch)
            else:
                first.setdefault(entry.reservation.order_id, entry)
        reservations = [entry.reservation for entry in first.values()]
        short = self._take_stock(reservations, self._find_reused_numbers(reservations))
        return [entry for entry in first.values() if entry.reservation.item_id not in short]

    def _find_reused_numbers(self, reservations: Sequence[Reservation]) -> set[int]:
        """Return items whose sequence numbers repeat: Redis restarted with older data."""
        numbers = self.orders.find_highest_numbers({r.item_id: r.epoch for r in reservations}) if reservations else {}
        uses = Counter((r.item_id, r.seq) for r in reservations)
        return {r.item_id for r in reservations if r.seq <= numbers.get(r.item_id, 0) or uses[r.item_id, r.seq] > 1}

    def _take_stock(self, reservations: Iterable[Reservation], excluded: Collection[int]) -> set[int]:
        """Lower the stock of each item by the sum of its reservations.

        Returns the items with too little stock and the excluded ones. Both occur only after Redis lost data; a new load
        then starts an epoch and recounts the entries.
        """
        units: Counter[tuple[int, int]] = Counter()
        for reservation in reservations:
            units[reservation.item_id, reservation.tenant_id] += reservation.quantity
        short = [
            place for place in sorted(units) if place[0] in excluded or not self.items.take(place[0], units[place])
        ]
        for item_id, tenant_id in short:
            _log.error(
                "Redis sold more of item %s than its stock, or one number twice; loading the item again",
                item_id,
                extra={"subject": f"item {item_id}", "item": item_id, "quantity": units[item_id, tenant_id]},
            )
            # More than a load: the repair is recorded, and the ledger may need a correction.
            after_commit(self._close_and_enqueue, JobName.SYNC_STOCK, tenant_id, item_id, cause=Cause.REFUSED)
        return {item_id for item_id, _ in short}
