"""Reads the books of both stores and holds them against the invariants."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from shop.cache_managers.stock import Reservation, StockCacheManager
from shop.constants.stock import PARTITIONS
from shop.core.clock import Clock
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderCount, OrderRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.supports.audit import INVARIANTS, Book, Epoch, Waiting

if TYPE_CHECKING:
    from shop.models.item import Item

# Receipts live a day; an order a little younger than that must still have its own.
RECEIPTS_SURELY_LIVE = timedelta(hours=23)


class Verdict(NamedTuple):
    """One invariant: its number, its sentence, and where it does not hold."""

    number: int
    sentence: str
    problems: list[str]


@dataclass(frozen=True)
class AuditService:
    """Knows whether anything was oversold, lost or doubled."""

    items: ItemRepository
    orders: OrderRepository
    ledger: StockLedgerRepository
    stock: StockCacheManager
    clock: Clock

    def examine(self, acknowledged: Collection[UUID]) -> list[Verdict]:
        """A verdict for each invariant. `acknowledged`: order ids that clients were promised, where they are known."""
        books = self._books()
        verdicts = [
            Verdict(number, (check.__doc__ or "").partition(": ")[2], [p for book in books for p in check(book)])
            for number, check in INVARIANTS.items()
        ]
        known = {order_id for book in books for order_id in book.orders | book.promised}
        lost = [f"order {order_id} was promised to a client and is lost" for order_id in set(acknowledged) - known]
        return [v._replace(problems=v.problems + lost) if v.number == 6 else v for v in verdicts]

    def _books(self) -> list[Book]:
        # Redis first: an entry that is written between the two reads is then in both, and the checks know that.
        waiting = _by_item(entry.reservation for n in range(PARTITIONS) for entry in self.stock.entries_all(n))
        receipts = _by_item(self.stock.receipts())
        ledger, sales = self.ledger.sums(), self.ledger.sales()
        counts: dict[int, list[OrderCount]] = defaultdict(list)
        for count in self.orders.counts():
            counts[count.item_id].append(count)
        return [
            self._book(item, waiting[item.id], receipts[item.id], counts[item.id], ledger.get(item.id, 0), sales)
            for item in self.items.find_all()
        ]

    def _book(
        self,
        item: "Item",
        waiting: list[Reservation],
        receipts: list[Reservation],
        counts: list[OrderCount],
        ledger: int,
        sales: dict[int, tuple[int, int]],
    ) -> Book:
        since = self.clock.now() - RECEIPTS_SURELY_LIVE
        return Book(
            item_id=item.id,
            stock=item.stock,
            epoch=item.epoch,
            ledger=ledger,
            units_ordered=sum(count.units for count in counts),
            units_sold=sales.get(item.id, (0, 0))[1],
            orders=frozenset(self.orders.find_ids(item.id)),
            sold=frozenset(self.ledger.find_sold(item.id)),
            recent=frozenset(self.orders.find_ids_of_epoch(item.id, item.epoch, since)),
            voids=frozenset(self.ledger.find_voids(item.id)),
            epochs={count.epoch: Epoch(count.orders, count.seq_max) for count in counts},
            waiting=[Waiting(r.order_id, r.epoch, r.seq, r.quantity) for r in waiting],
            promised=frozenset(r.order_id for r in receipts if r.state == "P"),
            confirmed=frozenset(r.order_id for r in receipts if r.state == "C"),
            gate=self.stock.state(item.tenant_id, item.id),
        )


def _by_item(reservations: Iterable[Reservation]) -> dict[int, list[Reservation]]:
    grouped: dict[int, list[Reservation]] = defaultdict(list)
    for reservation in reservations:
        grouped[reservation.item_id].append(reservation)
    return grouped
