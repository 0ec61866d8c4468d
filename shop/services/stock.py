"""Rules of stock: writes what was reserved."""

# size: what the database numbers itself is one decision of the drain, and two Services may not meet to share it.

import logging
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop.cache_managers.stock import Claim, OutboxEntry, Reservation, StockCacheManager
from shop.constants.job import JobName
from shop.constants.order import OrderStatus, Strategy
from shop.constants.stock import BATCH, Cause, GateState, ReadmitOutcome, StockReason
from shop.core.clock import Clock, from_microseconds
from shop.core.database.transaction import after_commit
from shop.core.jobs.queue import JobQueue
from shop.core.metrics.metrics import Histogram, Metrics
from shop.core.settings.settings import Settings
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.supports.stock import parse_count

UNREADABLE = "It cannot be read."
NO_ITEM = "Its item does not exist."
INSUFFICIENT = "Too few pieces are left."
BATCH_SIZE_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
DRAIN_ORDERS = Histogram("shop_drain_orders", "Orders written in one transaction.", (), BATCH_SIZE_BUCKETS)
DRAIN_SECONDS = Histogram("shop_drain_seconds", "Seconds such a transaction took, the last word to Redis included.", ())
CONFIRM_SECONDS = Histogram("shop_confirm_seconds", "Seconds from the promise of an order until it was written.", ())
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StockService:
    """Brings the reservations of Redis into MySQL, each once."""

    items: ItemRepository
    orders: OrderRepository
    ledger: StockLedgerRepository
    stock: StockCacheManager
    queue: JobQueue
    clock: Clock
    settings: Settings
    metrics: Metrics

    def drain(self, partition: int, after: str | None, limit: int = BATCH) -> tuple[int, str | None]:
        """Write the next entries of an outbox in the running transaction; finalize them after its commit.

        Answers how many there were and the last one's id. Raises DuplicateRow when another drain wrote them meanwhile,
        ImpossibleRow when one of them can never be written.
        """
        page = self.stock.entries(partition, after, limit)
        for entry_id, text in page.unreadable.items():
            after_commit(self.stock.dead_letter, partition, entry_id, text, UNREADABLE)
        if page.entries:
            self._drain_entries(partition, page.entries)
        return len(page.entries) + len(page.unreadable), page.last_id or after

    def dead_letter(self, partition: int, entry_id: str, reason: str) -> None:
        """Make a dead letter of an entry that waits still, so that it does not keep the others."""
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
        # Locked first: then nobody writes what we have not seen, and a drain that comes late counts no order anew
        # that another one has written.
        epochs = self.items.lock_epochs({entry.reservation.item_id for entry in outbox_entries})
        written = self.orders.find_positions([entry.reservation.order_id for entry in outbox_entries])
        fresh = [entry for entry in outbox_entries if entry.reservation.order_id not in written]
        moved = self._write_older(partition, fresh, epochs)
        ids = {entry.reservation.order_id for entry in moved}
        admitted = self._admit(partition, [e for e in fresh if e.reservation.order_id not in ids], epochs)
        self._write_orders([entry.reservation for entry in admitted])
        again = [entry for entry in outbox_entries if entry.reservation.order_id in written]
        doubled = [entry for entry in again if written[entry.reservation.order_id] != entry.reservation.position]
        # Counted anew under another number, where they are not set aside.
        older = [e for e in fresh if epochs.get(e.reservation.item_id, e.reservation.epoch) != e.reservation.epoch]
        self._write_voids([entry.reservation for entry in [*doubled, *older]])
        after_commit(self.stock.finalize, partition, moved + admitted + again, {entry.entry_id for entry in doubled})
        after_commit(self._observe_drain, began, [entry.reservation.moment for entry in moved + admitted])

    def _observe_drain(self, started: int, promise_times: Sequence[int]) -> None:
        now = self.clock.microseconds()
        if promise_times:
            self.metrics.observe(DRAIN_SECONDS, (now - started) / 1e6)
            self.metrics.observe(DRAIN_ORDERS, len(promise_times))
            self.metrics.observe_all(CONFIRM_SECONDS, [max(0.0, (now - moment) / 1e6) for moment in promise_times])

    def _admit(self, partition: int, entries: Sequence[OutboxEntry], epochs: Mapping[int, int]) -> list[OutboxEntry]:
        """Those of today's epoch whose pieces MySQL gave; the others are counted anew after the commit."""
        first: dict[uuid.UUID, OutboxEntry] = {}
        for entry in entries:
            epoch = epochs.get(entry.reservation.item_id)
            if epoch is None:
                after_commit(self.stock.dead_letter, partition, entry.entry_id, entry.reservation.text, NO_ITEM)
            elif entry.reservation.epoch != epoch:
                if not self._database_sells:
                    after_commit(self._readmit_entry, partition, entry, epoch)
            else:
                first.setdefault(entry.reservation.order_id, entry)
        reservations = [entry.reservation for entry in first.values()]
        short = self._take_stock(reservations, self._find_reused_numbers(reservations))
        return [entry for entry in first.values() if entry.reservation.item_id not in short]

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

    def _find_reused_numbers(self, reservations: Sequence[Reservation]) -> set[int]:
        """The items whose numbers were given before: Redis came back with an older count of them."""
        numbers = self.orders.find_highest_numbers({r.item_id: r.epoch for r in reservations}) if reservations else {}
        given = Counter((r.item_id, r.seq) for r in reservations)
        return {r.item_id for r in reservations if r.seq <= numbers.get(r.item_id, 0) or given[r.item_id, r.seq] > 1}

    def _take_stock(self, reservations: Iterable[Reservation], excluded: Collection[int]) -> set[int]:
        """Lower the stock of each item by all its pieces at once; the items that have too few, and the wrong ones.

        That never happens while Redis is right. When it is not, a new load starts an epoch and recounts the entries.
        """
        units: Counter[tuple[int, int]] = Counter()
        for reservation in reservations:
            units[reservation.item_id, reservation.tenant_id] += reservation.quantity
        short = [
            place for place in sorted(units) if place[0] in excluded or not self.items.take(place[0], units[place])
        ]
        for item_id, tenant_id in short:
            _log.error(
                "Redis is wrong about item %s: it sold more than there is, or a number twice; loading it anew", item_id
            )
            # Not only loaded: it is noted, and the ledger may have to be told.
            after_commit(self._close_and_enqueue, JobName.SYNC_STOCK, tenant_id, item_id, cause=Cause.REFUSED)
        return {item_id for item_id, _ in short}

    def _readmit_entry(self, partition: int, entry: OutboxEntry, epoch: int) -> None:
        place = entry.reservation.tenant_id, entry.reservation.item_id
        match self.stock.readmit(partition, entry, epoch):
            case ReadmitOutcome.DATA_LOST if parse_count(self.stock.state(*place).get("epoch")) < epoch:
                # Not when it is above what we read: then we come late, and the next drain counts it.
                self._close_and_enqueue(JobName.LOAD_STOCK, *place)
            case ReadmitOutcome.CLOSED if self.stock.claim_load_request(*place):
                # Nobody may buy it any longer, so nobody else asks; what was promised is counted all the same.
                self.queue.enqueue(JobName.LOAD_STOCK, tenant_id=place[0], item_id=place[1])

    def _close_and_enqueue(self, job: JobName, tenant_id: int, item_id: int, **arguments: Any) -> None:
        # Closed first: what Redis says about this item is wrong, so nobody may buy by it any longer. Where it is
        # closed already, the load that opens it comes anyway; it may even be the one that drains now.
        if self.stock.state(tenant_id, item_id).get("state") != GateState.CLOSED:
            self.stock.claim(tenant_id, item_id, Claim(uuid.uuid4().hex, self.clock.microseconds(), data_lost=True))
            self.queue.enqueue(job, tenant_id=tenant_id, item_id=item_id, **arguments)

    def _write_orders(self, reservations: Sequence[Reservation]) -> None:
        now = self.clock.now()
        self.orders.create_many([_order_row(reservation, now) for reservation in reservations])
        self.ledger.create_many([_sale_line(reservation, now) for reservation in reservations])
        if ids := [str(reservation.order_id) for reservation in reservations]:
            # A search for the request that promised one of them finds this by its id.
            after_commit(_log.info, "%s orders are written", len(ids), extra={"about": ids})

    def _write_voids(self, reservations: Sequence[Reservation]) -> None:
        """Say in the ledger that no order will ever have these numbers; said once."""
        refs = {f"{r.item_id}:{r.epoch}:{r.seq}": r for r in reservations}
        said = self.ledger.find_refs(StockReason.VOID, refs) if refs else set()
        now = self.clock.now()
        self.ledger.create_many([_void_line(refs[ref], ref, now) for ref in refs if ref not in said])


def _order_row(reservation: Reservation, now: datetime) -> dict[str, Any]:
    return {
        "id": reservation.order_id,
        "tenant_id": reservation.tenant_id,
        "item_id": reservation.item_id,
        "user_id": reservation.user_id,
        "quantity": reservation.quantity,
        "unit_price_minor": reservation.unit_price_minor,
        "total_minor": reservation.unit_price_minor * reservation.quantity,
        "currency": reservation.currency,
        "status": OrderStatus.CONFIRMED,
        "epoch": reservation.epoch,
        "seq": reservation.seq,
        "created_at": from_microseconds(reservation.moment),
        "updated_at": now,
    }


def _sale_line(reservation: Reservation, now: datetime) -> dict[str, Any]:
    return {
        "tenant_id": reservation.tenant_id,
        "item_id": reservation.item_id,
        "delta": -reservation.quantity,
        "reason": StockReason.SALE,
        "ref": str(reservation.order_id),
        "created_at": now,
    }


def _void_line(reservation: Reservation, ref: str, now: datetime) -> dict[str, Any]:
    return _sale_line(reservation, now) | {"delta": 0, "reason": StockReason.VOID, "ref": ref}
