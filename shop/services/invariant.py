"""Reads the books of both stores and holds them against the invariants."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from shop.cache_managers.stock import StockCacheManager
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
    ItemSnapshot,
    LedgerSummary,
    OrderSummary,
    OutboxOrder,
    Problem,
    RedisItem,
    split_batches,
)
from shop.supports.reservation import Reservation, parse_reservation

if TYPE_CHECKING:
    from shop.models.item import Item

# Receipts live a day; an order a little younger than that must still have its own.
RECEIPT_CHECK_AGE = timedelta(hours=23)
# Only what was written before we held the item is taken out of an outbox still: that is over in a moment.
READ_TRIES = 20


class InvariantResult(NamedTuple):
    """One invariant: its number, its sentence, and where it does not hold."""

    number: int
    sentence: str
    found: list[Problem]

    @property
    def problems(self) -> list[str]:
        """The same in words."""
        return [problem.text for problem in self.found]


class RedisSnapshot(NamedTuple):
    """What Redis holds of every item, by item id; receipts as text, since there may be a million.

    `clocks`: partition -> the clock of its server.
    """

    clocks: Mapping[int, int]
    waiting: dict[int, list[OutboxOrder]]
    dead: dict[int, list[OutboxOrder]]
    receipts: dict[int, list[str]]


@dataclass(frozen=True)
class InvariantService:
    """Knows whether anything was oversold, lost or doubled."""

    items: ItemRepository
    orders: OrderRepository
    ledger: StockLedgerRepository
    users: UserRepository
    stock: StockCacheManager
    clock: Clock
    settings: Settings

    def check(self, acknowledged_ids: Collection[UUID]) -> list[InvariantResult]:
        """A verdict for each invariant. `acknowledged`: order ids that clients were promised, where they are known."""
        problems: dict[int, list[Problem]] = defaultdict(list)
        lost = set(acknowledged_ids)
        for book in self._take_snapshots():
            for number, check in INVARIANTS.items():
                problems[number] += check(book)
            lost.difference_update(book.orders.units, (entry.order_id for entry in book.redis_item.entries))
        problems[6] += [Problem(0, one, f"order {one} was promised to a client and is lost") for one in lost]
        return _to_results(problems)

    def check_locked(self, item_id: int) -> list[InvariantResult]:
        """The same of one item, read while nothing of it is written; what receipts say is left out."""
        item = self.items.lock(item_id)
        book = self._take_snapshot(item_id, item, self._read_consistent_state(item) if item else RedisItem(), {})
        return _to_results({number: list(check(book)) for number, check in INVARIANTS.items()})

    def _read_consistent_state(self, item: "Item") -> RedisItem:
        """What Redis holds of an item at the moment at which its gate was read: buyers do not wait for us."""
        number = self.stock.partition(item.tenant_id, item.id)
        for _ in range(READ_TRIES):
            before = self._find_entries(number, item.id)
            sale = RedisItem(gate=self.stock.state(item.tenant_id, item.id))
            there = sale.select_entries(before, self._find_entries(number, item.id))
            if there is not None:
                break
        return replace(sale, waiting=there or (), now=self.stock.server_time(number))

    def _find_entries(self, number: int, item_id: int) -> list[OutboxOrder]:
        """What waits of an item or was set aside."""
        # The outbox first: what is set aside between the two is then in both, and here once.
        found = [(entry.entry_id, entry.reservation) for entry in self.stock.iterate_entries(number)]
        found += [(dead.letter_id, dead.reservation) for dead in self.stock.dead_letters(number) if dead.reservation]
        return list({r.text: _to_outbox_order(name, r) for name, r in found if r.item_id == item_id}.values())

    def _take_snapshots(self) -> Iterator[ItemSnapshot]:
        """One item after the other, those that only orders, lines, entries or receipts know among them."""
        # Redis first: an entry that is written between the two reads is then in both, and the checks know that.
        shelf = self._read_redis()
        items = {item.id: item for item in self.items.find_all()}
        named = {*shelf.waiting, *shelf.dead, *shelf.receipts, *self.orders.find_items(), *self.ledger.find_items()}
        for item_id in sorted({*items, *named}):
            item, texts = items.get(item_id), {UUID(t.split("|", 2)[1]): t for t in shelf.receipts.pop(item_id, ())}
            yield self._take_snapshot(item_id, item, self._read_redis_item(item, item_id, shelf, texts), texts)

    def _read_redis(self) -> RedisSnapshot:
        clocks = {number: self.stock.server_time(number) for number in range(PARTITIONS)}
        shelf = RedisSnapshot(clocks, defaultdict(list), defaultdict(list), defaultdict(list))
        for number in range(PARTITIONS):
            for entry in self.stock.iterate_entries(number):
                shelf.waiting[entry.reservation.item_id].append(_to_outbox_order(entry.entry_id, entry.reservation))
            for letter in self.stock.dead_letters(number):
                if letter.reservation:
                    shelf.dead[letter.reservation.item_id].append(
                        _to_outbox_order(letter.letter_id, letter.reservation)
                    )
        for text in self.stock.scan_receipts():
            # What cannot be read is nobody's receipt, and its order is reported for having none.
            with suppress(ValueError):
                shelf.receipts[parse_reservation(text).item_id].append(text)
        return shelf

    def _read_redis_item(
        self, item: "Item | None", item_id: int, snapshot: RedisSnapshot, texts: Mapping[UUID, str]
    ) -> RedisItem:
        return RedisItem(
            gate=self.stock.state(item.tenant_id, item_id) if item else {},
            waiting=snapshot.waiting.pop(item_id, ()),
            dead=snapshot.dead.pop(item_id, ()),
            receipts=RedisItem.group_by_state(texts),
            now=snapshot.clocks[self.stock.partition(item.tenant_id, item_id)] if item else 0,
        )

    def _take_snapshot(
        self, item_id: int, item: "Item | None", redis_item: RedisItem, texts: Mapping[UUID, str]
    ) -> ItemSnapshot:
        ledger = self._summarize_ledger(item_id, redis_item.count("hwm"))
        return ItemSnapshot(
            item_id=item_id,
            tenant_id=item.tenant_id if item else None,
            stock=item.stock if item else 0,
            epoch=item.epoch if item else 0,
            limit=item.max_per_user if item else None,
            redis_item=redis_item,
            orders=self._summarize_orders(item_id, item.epoch if item else 0, redis_item, texts, ledger.voids),
            ledger=ledger,
            sellable=bool(item and item.sellable),
            database_sells=self.settings.purchase_strategy == Strategy.DB,
        )

    def _summarize_orders(
        self, item_id: int, epoch: int, redis_item: RedisItem, texts: Mapping[UUID, str], voids: set[tuple[int, int]]
    ) -> OrderSummary:
        since = self.clock.now() - RECEIPT_CHECK_AGE
        named = {entry.order_id for entry in redis_item.entries}
        found, buyers = OrderSummary(), set()
        for line in self.orders.iterate_lines(item_id):
            found.add(line)
            # Given twice: void for one, an order of the other.
            voids.discard((line.epoch, line.seq))
            buyers.add(line.user_id)
            if line.epoch == epoch:
                found.add_recent(line, since)
            if line.order_id in named:
                found.positions[line.order_id] = (line.epoch, line.seq)
            if text := texts.get(line.order_id):
                found.record_mismatch(line, parse_reservation(text))
        for ids in split_batches(texts.keys() - found.units.keys()):
            for line in self.orders.find_lines(ids):
                found.record_mismatch(line, parse_reservation(texts[line.order_id]))
        found.buyer_tenants = self._find_buyer_tenants(buyers)
        return found

    def _find_buyer_tenants(self, buyers: Iterable[int]) -> dict[int, int | None]:
        homes: dict[int, int | None] = {}
        for ids in split_batches(buyers):
            tenants = self.users.find_tenants(ids)
            homes |= {user_id: tenants.get(user_id) for user_id in ids}
        return homes

    def _summarize_ledger(self, item_id: int, applied: int) -> LedgerSummary:
        found = LedgerSummary()
        for reason in StockReason:
            for line in self.ledger.iterate_lines(item_id, reason):
                found.add(reason, line, applied)
        return found


def _to_results(problems: Mapping[int, list[Problem]]) -> list[InvariantResult]:
    return [
        InvariantResult(n, (check.__doc__ or "").partition(": ")[2], problems[n]) for n, check in INVARIANTS.items()
    ]


def _to_outbox_order(entry_id: str, promise: Reservation) -> OutboxOrder:
    since = int(entry_id.partition("-")[0])
    return OutboxOrder(
        order_id=promise.order_id, epoch=promise.epoch, seq=promise.seq, quantity=promise.quantity, since=since
    )
