"""Reads the books of both stores and holds them against the invariants."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from shop.cache_managers.stock import Reservation, StockCacheManager, read_reservation
from shop.constants.order import Strategy
from shop.constants.stock import PARTITIONS, StockReason
from shop.core.clock import Clock
from shop.core.settings.settings import Settings
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.repositories.user import UserRepository
from shop.supports.invariant import (
    INVARIANTS,
    Book,
    Deal,
    Ledger,
    Orders,
    Posted,
    Problem,
    Sale,
    Waiting,
    Written,
    batches,
)

if TYPE_CHECKING:
    from shop.models.item import Item

# Receipts live a day; an order a little younger than that must still have its own.
RECEIPTS_SURELY_LIVE = timedelta(hours=23)
# Only what was written before we held the item is taken out of an outbox still: that is over in a moment.
TRIES = 20


class Verdict(NamedTuple):
    """One invariant: its number, its sentence, and where it does not hold."""

    number: int
    sentence: str
    found: list[Problem]

    @property
    def problems(self) -> list[str]:
        """The same in words."""
        return [problem.text for problem in self.found]


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
    settings: Settings

    def examine(self, acknowledged: Collection[UUID]) -> list[Verdict]:
        """A verdict for each invariant. `acknowledged`: order ids that clients were promised, where they are known."""
        problems: dict[int, list[Problem]] = defaultdict(list)
        lost = set(acknowledged)
        for book in self._books():
            for number, check in INVARIANTS.items():
                problems[number] += check(book)
            lost.difference_update(book.orders.units, (entry.order_id for entry in book.sale.entries))
        problems[6] += [Problem(0, one, f"order {one} was promised to a client and is lost") for one in lost]
        return _judge(problems)

    def examine_closely(self, item_id: int) -> list[Verdict]:
        """The same of one item, read while nothing of it is written; what receipts say is left out."""
        item = self.items.lock(item_id)
        book = self._book(item_id, item, self._hold_still(item) if item else Sale(), {})
        return _judge({number: list(check(book)) for number, check in INVARIANTS.items()})

    def _hold_still(self, item: "Item") -> Sale:
        """What Redis holds of an item at the moment at which its gate was read: buyers do not wait for us."""
        number = self.stock.partition(item.tenant_id, item.id)
        for _ in range(TRIES):
            before = self._entries(number, item.id)
            sale = Sale(gate=self.stock.state(item.tenant_id, item.id))
            there = sale.pick(before, self._entries(number, item.id))
            if there is not None:
                break
        return replace(sale, waiting=there or (), now=self.stock.moment(number))

    def _entries(self, number: int, item_id: int) -> list[Waiting]:
        """What waits of an item or was set aside."""
        # The outbox first: what is set aside between the two is then in both, and here once.
        found = [(entry.entry_id, entry.reservation) for entry in self.stock.entries_all(number)]
        found += [(dead.letter_id, dead.reservation) for dead in self.stock.dead_letters(number) if dead.reservation]
        return list({r.text: _waiting(name, r) for name, r in found if r.item_id == item_id}.values())

    def _books(self) -> Iterator[Book]:
        """One item after the other, those that only orders, lines, entries or receipts know among them."""
        # Redis first: an entry that is written between the two reads is then in both, and the checks know that.
        shelf = self._shelf()
        items = {item.id: item for item in self.items.find_all()}
        named = {*shelf.waiting, *shelf.dead, *shelf.receipts, *self.orders.find_items(), *self.ledger.find_items()}
        for item_id in sorted({*items, *named}):
            item, texts = items.get(item_id), {UUID(t.split("|", 2)[1]): t for t in shelf.receipts.pop(item_id, ())}
            yield self._book(item_id, item, self._sale(item, item_id, shelf, texts), texts)

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

    def _sale(self, item: "Item | None", item_id: int, shelf: Shelf, texts: Mapping[UUID, str]) -> Sale:
        return Sale(
            gate=self.stock.state(item.tenant_id, item_id) if item else {},
            waiting=shelf.waiting.pop(item_id, ()),
            dead=shelf.dead.pop(item_id, ()),
            receipts=Sale.by_state(texts),
            now=shelf.clocks[self.stock.partition(item.tenant_id, item_id)] if item else 0,
        )

    def _book(self, item_id: int, item: "Item | None", sale: Sale, texts: Mapping[UUID, str]) -> Book:
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
            sellable=bool(item and item.sellable),
            direct=self.settings.purchase_strategy == Strategy.DB,
        )

    def _orders(
        self, item_id: int, epoch: int, sale: Sale, texts: Mapping[UUID, str], voids: set[tuple[int, int]]
    ) -> Orders:
        since = self.clock.now() - RECEIPTS_SURELY_LIVE
        named = {entry.order_id for entry in sale.entries}
        found, buyers = Orders(), set()
        for line in self.orders.page_through(item_id):
            row = Written(*line)
            found.add(row)
            # Given twice: void for one, an order of the other.
            voids.discard((line.epoch, line.seq))
            buyers.add(line.user_id)
            if line.epoch == epoch:
                found.add_recent(row, since)
            if line.order_id in named:
                found.places[line.order_id] = (line.epoch, line.seq)
            found.compare(row, _deal(texts.get(line.order_id)))
        for ids in batches(texts.keys() - found.units.keys()):
            for line in self.orders.find_lines(ids):
                found.compare(Written(*line), _deal(texts[line.order_id]))
        found.homes = self._homes(buyers)
        return found

    def _homes(self, buyers: Iterable[int]) -> dict[int, int | None]:
        homes: dict[int, int | None] = {}
        for ids in batches(buyers):
            tenants = self.users.find_tenants(ids)
            homes |= {user_id: tenants.get(user_id) for user_id in ids}
        return homes

    def _ledger(self, item_id: int, applied: int) -> Ledger:
        found = Ledger()
        for reason in StockReason:
            for line in self.ledger.page_through(item_id, reason):
                found.add(reason, Posted(*line), applied)
        return found


def _judge(problems: Mapping[int, list[Problem]]) -> list[Verdict]:
    return [Verdict(n, (check.__doc__ or "").partition(": ")[2], problems[n]) for n, check in INVARIANTS.items()]


def _waiting(entry_id: str, reservation: Reservation) -> Waiting:
    since = int(entry_id.partition("-")[0])
    return Waiting(reservation.order_id, *reservation.place, reservation.quantity, since)


def _deal(text: str | None) -> Deal | None:
    return Deal(*read_reservation(text)[2:8]) if text else None
