"""Rules of stock: writes what was reserved, and opens the sale of an item."""

import logging
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop.cache_managers.stock import Entry, Opening, Reservation, StockCacheManager
from shop.constants.job import JobName
from shop.constants.order import OrderStatus
from shop.constants.stock import PARTITIONS, GateState, StockReason
from shop.core.clock import Clock, at_microseconds
from shop.core.job import Queue
from shop.core.transaction import after_commit
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.repositories.stock_ledger import StockLedgerRepository

# A drain at work leaves nothing this old; what is older was forgotten by somebody.
STALE_SECONDS = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StockService:
    """Keeps MySQL and Redis agreed about stock."""

    items: ItemRepository
    orders: OrderRepository
    ledger: StockLedgerRepository
    stock: StockCacheManager
    queue: Queue
    clock: Clock

    def drain(self, partition: int, after: str | None) -> tuple[int, str | None]:
        """Write the next entries of an outbox in the running transaction; finalize them after its commit.

        Answers how many there were and the last one's id. Raises DuplicateRow when another drain wrote them meanwhile.
        """
        entries = self.stock.entries(partition, after)
        if not entries:
            return 0, after
        # Locked first: then nobody writes what we have not seen, and a drain that comes late counts no order anew
        # that another one has written.
        epochs = self.items.lock_epochs({entry.reservation.item_id for entry in entries})
        written = self.orders.find_places([entry.reservation.order_id for entry in entries])
        fresh = [entry for entry in entries if entry.reservation.order_id not in written]
        admitted = self._admit(partition, fresh, epochs)
        self._write([entry.reservation for entry in admitted])
        again = [entry for entry in entries if entry.reservation.order_id in written]
        doubled = {e.entry_id for e in again if written[e.reservation.order_id] != e.reservation.place}
        after_commit(self.stock.finalize, partition, admitted + again, doubled)
        return len(entries), entries[-1].entry_id

    def partition(self, tenant_id: int, item_id: int) -> int:
        """The partition of an item."""
        return self.stock.partition(tenant_id, item_id)

    def is_open(self, tenant_id: int, item_id: int) -> bool:
        """Whether an item can be bought now."""
        return self.stock.state(tenant_id, item_id).get("state") == GateState.OPEN

    def close(self, tenant_id: int, item_id: int) -> str:
        """Close the gate of an item; the answer is the token that may open it."""
        token = uuid.uuid4().hex
        self.stock.claim(tenant_id, item_id, token)
        return token

    def begin_epoch(self, item_id: int) -> Opening | None:
        """What the gate of a closed and drained item opens with; None when it is not on sale."""
        item = self.items.lock(item_id)
        if item is None or not item.sellable:
            return None
        item.epoch += 1
        units = self.orders.units_by_user(item_id) if item.max_per_user else {}
        return Opening(item.stock, item.epoch, item.price_minor, item.currency, item.max_per_user, item.adj_seq, units)

    def open(self, tenant_id: int, item_id: int, token: str, opening: Opening) -> bool:
        """Open the gate; False when somebody else closed it meanwhile, who will open it too."""
        return self.stock.open(tenant_id, item_id, token, opening)

    def wake_stale(self) -> list[int]:
        """Ask for a drain of every partition whose oldest entry was forgotten; those partitions."""
        ages = {partition: self.stock.oldest(partition) for partition in range(PARTITIONS)}
        stale = [partition for partition, age in ages.items() if age is not None and age > STALE_SECONDS]
        for partition in stale:
            self.queue.enqueue(JobName.DRAIN_STOCK, partition=partition)
        return stale

    def find_unloaded(self) -> list[tuple[int, int]]:
        """(tenant, item) of everything on sale whose gate is not open."""
        items = [(item.tenant_id, item.id) for item in self.items.find_on_sale()]
        return [place for place in items if not self.is_open(*place)]

    def sleep(self, partition: int) -> None:
        """Let the next purchase of a partition wake a drain again."""
        self.stock.sleep(partition)

    def _admit(self, partition: int, entries: Sequence[Entry], epochs: Mapping[int, int]) -> list[Entry]:
        """Those of today's epoch whose pieces MySQL gave; the others are counted anew after the commit."""
        first: dict[uuid.UUID, Entry] = {}
        for entry in entries:
            epoch = epochs.get(entry.reservation.item_id, 0)
            if entry.reservation.epoch != epoch:
                after_commit(self._readmit, partition, entry, epoch)
            else:
                first.setdefault(entry.reservation.order_id, entry)
        reservations = [entry.reservation for entry in first.values()]
        short = self._take(reservations, self._behind(reservations))
        return [entry for entry in first.values() if entry.reservation.item_id not in short]

    def _behind(self, reservations: Sequence[Reservation]) -> set[int]:
        """The items whose numbers were given before: Redis came back with an older count of them."""
        numbers = self.orders.find_numbers({r.item_id: r.epoch for r in reservations}) if reservations else {}
        return {r.item_id for r in reservations if r.seq <= numbers.get(r.item_id, 0)}

    def _take(self, reservations: Iterable[Reservation], wrong: Collection[int]) -> set[int]:
        """Lower the stock of each item by all its pieces at once; the items that have too few, and the wrong ones.

        That never happens while Redis is right. When it is not, a new load starts an epoch and recounts the entries.
        """
        units: Counter[tuple[int, int]] = Counter()
        for reservation in reservations:
            units[reservation.item_id, reservation.tenant_id] += reservation.quantity
        short = [place for place in sorted(units) if place[0] in wrong or not self.items.take(place[0], units[place])]
        for item_id, tenant_id in short:
            _log.error(
                "Redis is wrong about item %s: it sold more than there is, or a number twice; loading it anew", item_id
            )
            after_commit(self._reload, tenant_id, item_id)
        return {item_id for item_id, _ in short}

    def _readmit(self, partition: int, entry: Entry, epoch: int) -> None:
        if self.stock.readmit(partition, entry, epoch) == "WRONG":
            self._reload(entry.reservation.tenant_id, entry.reservation.item_id)

    def _reload(self, tenant_id: int, item_id: int) -> None:
        # Closed first: what Redis says about this item is wrong, so nobody may buy by it any longer. Where it is
        # closed already, the load that opens it comes anyway; it may even be the one that drains now.
        if self.is_open(tenant_id, item_id):
            self.close(tenant_id, item_id)
            self.queue.enqueue(JobName.LOAD_STOCK, tenant_id=tenant_id, item_id=item_id)

    def _write(self, reservations: Sequence[Reservation]) -> None:
        now = self.clock.now()
        self.orders.create_many([_order(reservation, now) for reservation in reservations])
        self.ledger.create_many([_sale(reservation, now) for reservation in reservations])


def _order(reservation: Reservation, now: datetime) -> dict[str, Any]:
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
        "created_at": at_microseconds(reservation.moment),
        "updated_at": now,
    }


def _sale(reservation: Reservation, now: datetime) -> dict[str, Any]:
    return {
        "tenant_id": reservation.tenant_id,
        "item_id": reservation.item_id,
        "delta": -reservation.quantity,
        "reason": StockReason.SALE,
        "ref": str(reservation.order_id),
        "created_at": now,
    }
