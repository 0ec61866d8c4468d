"""Reads the books of both stores and holds them against the invariants."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from uuid import UUID

from shop.cache_managers.stock import Reservation, StockCacheManager, read_reservation
from shop.constants.order import OrderStatus
from shop.constants.stock import BATCH, PARTITIONS, StockReason
from shop.core.clock import Clock
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderLine, OrderRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.repositories.user import UserRepository
from shop.supports.audit import INVARIANTS, Book, Deal, Epoch, Ledger, Orders, Sale, Waiting

if TYPE_CHECKING:
    from shop.models.item import Item

T = TypeVar("T")
# Receipts live a day; an order a little younger than that must still have its own.
RECEIPTS_SURELY_LIVE = timedelta(hours=23)


class Verdict(NamedTuple):
    """One invariant: its number, its sentence, and where it does not hold."""

    number: int
    sentence: str
    problems: list[str]


class Shelf(NamedTuple):
    """What Redis holds of every item, by item id; receipts as text, since there may be a million.

    `clocks`: partition -> the clock of its server.
    """

    clocks: Mapping[int, int]
    waiting: dict[int, list[Waiting]]
    dead: dict[int, list[Waiting]]
    receipts: dict[int, list[str]]


@dataclass(frozen=True)
class AuditService:
    """Knows whether anything was oversold, lost or doubled."""

    items: ItemRepository
    orders: OrderRepository
    ledger: StockLedgerRepository
    users: UserRepository
    stock: StockCacheManager
    clock: Clock

    def examine(self, acknowledged: Collection[UUID]) -> list[Verdict]:
        """A verdict for each invariant. `acknowledged`: order ids that clients were promised, where they are known."""
        problems: dict[int, list[str]] = defaultdict(list)
        lost = set(acknowledged)
        for book in self._books():
            for number, check in INVARIANTS.items():
                problems[number] += check(book)
            lost.difference_update(book.orders.units, (entry.order_id for entry in book.sale.entries))
        problems[6] += [f"order {order_id} was promised to a client and is lost" for order_id in lost]
        return [
            Verdict(number, (check.__doc__ or "").partition(": ")[2], problems[number])
            for number, check in INVARIANTS.items()
        ]

    def _books(self) -> Iterator[Book]:
        """One item after the other, those that only orders, lines, entries or receipts know among them."""
        # Redis first: an entry that is written between the two reads is then in both, and the checks know that.
        shelf = self._shelf()
        items = {item.id: item for item in self.items.find_all()}
        named = {*shelf.waiting, *shelf.dead, *shelf.receipts, *self.orders.find_items(), *self.ledger.find_items()}
        for item_id in sorted({*items, *named}):
            yield self._book(item_id, items.get(item_id), shelf)

    def _shelf(self) -> Shelf:
        clocks = {number: self.stock.moment(number) for number in range(PARTITIONS)}
        shelf = Shelf(clocks, defaultdict(list), defaultdict(list), defaultdict(list))
        for number in range(PARTITIONS):
            for entry in self.stock.entries_all(number):
                shelf.waiting[entry.reservation.item_id].append(_waiting(entry.entry_id, entry.reservation))
            for letter in self.stock.dead_letters(number):
                if letter.reservation:
                    shelf.dead[letter.reservation.item_id].append(_waiting(letter.letter_id, letter.reservation))
        for text in self.stock.receipts():
            # What cannot be read is nobody's receipt, and its order is reported for having none.
            with suppress(ValueError):
                shelf.receipts[read_reservation(text).item_id].append(text)
        return shelf

    def _book(self, item_id: int, item: "Item | None", shelf: Shelf) -> Book:
        texts = {UUID(text.split("|", 2)[1]): text for text in shelf.receipts.pop(item_id, ())}
        place = (item.tenant_id, item_id) if item else None
        sale = Sale(
            gate=self.stock.state(*place) if place else {},
            waiting=shelf.waiting.pop(item_id, ()),
            dead=shelf.dead.pop(item_id, ()),
            receipts=_by_state(texts),
            now=shelf.clocks[self.stock.partition(*place)] if place else 0,
        )
        ledger = self._ledger(item_id, sale.count("hwm"))
        return Book(
            item_id=item_id,
            tenant_id=item.tenant_id if item else None,
            stock=item.stock if item else 0,
            epoch=item.epoch if item else 0,
            limit=item.max_per_user if item else None,
            sale=sale,
            orders=self._orders(item_id, item.epoch if item else 0, sale, texts, ledger.voids),
            ledger=ledger,
        )

    def _orders(
        self, item_id: int, epoch: int, sale: Sale, texts: Mapping[UUID, str], voids: set[tuple[int, int]]
    ) -> Orders:
        since = self.clock.now() - RECEIPTS_SURELY_LIVE
        named = {entry.order_id for entry in sale.entries}
        found, buyers = Orders(), set()
        for line in self.orders.page_through(item_id):
            _count(found, line)
            # Given twice: void for one, an order of the other.
            voids.discard((line.epoch, line.seq))
            buyers.add(line.user_id)
            if line.epoch == epoch:
                _count_recent(found, line, since)
            if line.order_id in named:
                found.places[line.order_id] = (line.epoch, line.seq)
            _compare(found, line, texts.get(line.order_id))
        for ids in _batches(texts.keys() - found.units.keys()):
            for line in self.orders.find_lines(ids):
                _compare(found, line, texts[line.order_id])
        found.homes = self._homes(buyers)
        return found

    def _homes(self, buyers: Iterable[int]) -> dict[int, int | None]:
        homes: dict[int, int | None] = {}
        for ids in _batches(buyers):
            tenants = self.users.find_tenants(ids)
            homes |= {user_id: tenants.get(user_id) for user_id in ids}
        return homes

    def _ledger(self, item_id: int, applied: int) -> Ledger:
        found = Ledger()
        for reason in StockReason:
            for line in self.ledger.page_through(item_id, reason):
                found.total += line.delta
                found.tenants[line.tenant_id] += 1
                found.unapplied += line.delta if (line.adj_seq or 0) > applied else 0
                if reason is StockReason.SALE:
                    found.sold[UUID(line.ref)] = -line.delta
                elif reason is StockReason.RETURN:
                    found.returned[UUID(line.ref)] = line.delta
                elif reason is StockReason.VOID:
                    _, epoch, seq = line.ref.split(":")
                    found.voids.add((int(epoch), int(seq)))
        return found


def _waiting(entry_id: str, reservation: Reservation) -> Waiting:
    since = int(entry_id.partition("-")[0])
    return Waiting(reservation.order_id, reservation.epoch, reservation.seq, reservation.quantity, since)


def _by_state(texts: Mapping[UUID, str]) -> dict[str, set[UUID]]:
    found: dict[str, set[UUID]] = defaultdict(set)
    for order_id, text in texts.items():
        found[text[0]].add(order_id)
    return found


def _count(found: Orders, line: OrderLine) -> None:
    found.units[line.order_id] = line.quantity
    found.tenants.setdefault(line.tenant_id, line.order_id)
    if line.status == OrderStatus.CANCELLED:
        found.cancelled.add(line.order_id)
    else:
        found.held[line.user_id] += line.quantity
    before = found.epochs.get(line.epoch, Epoch(0, 0))
    found.epochs[line.epoch] = Epoch(before.orders + 1, max(before.seq_max, line.seq))


def _count_recent(found: Orders, line: OrderLine, since: datetime) -> None:
    if line.status != OrderStatus.CANCELLED:
        found.buyers.add(line.user_id)
    if line.created_at >= since:
        found.recent.add(line.order_id)


def _compare(found: Orders, line: OrderLine, text: str | None) -> None:
    ordered, promised = Deal(*line[1:7]), Deal(*read_reservation(text)[2:8]) if text else None
    if promised and promised != ordered:
        found.disputed[line.order_id] = (ordered, promised)


def _batches(ids: Iterable[T]) -> Iterator[Sequence[T]]:
    rest = list(ids)
    return (rest[start : start + BATCH] for start in range(0, len(rest), BATCH))
