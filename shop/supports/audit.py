"""What must hold whatever happened, as pure functions over the books of one item."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from shop.constants.stock import GateState


class Waiting(NamedTuple):
    """A reservation in an outbox."""

    order_id: UUID
    epoch: int
    seq: int
    quantity: int


class Epoch(NamedTuple):
    """The written orders of one epoch."""

    orders: int
    seq_max: int


@dataclass(frozen=True)
class Book:
    """Everything both stores say about one item, read once."""

    item_id: int
    stock: int
    epoch: int
    ledger: int
    units_ordered: int
    units_sold: int
    orders: frozenset[UUID]
    sold: frozenset[UUID]
    recent: frozenset[UUID]
    epochs: Mapping[int, Epoch]
    waiting: Sequence[Waiting]
    promised: frozenset[UUID]
    confirmed: frozenset[UUID]
    gate: Mapping[str, str]
    voids: frozenset[tuple[int, int]] = frozenset()

    @property
    def open(self) -> bool:
        """Whether it can be bought now."""
        return self.gate.get("state") == GateState.OPEN

    @property
    def unwritten(self) -> list[Waiting]:
        """Entries whose order is not in the database yet."""
        return [entry for entry in self.waiting if entry.order_id not in self.orders]

    def count(self, name: str) -> int:
        """A number of the gate."""
        return int(self.gate.get(name, 0))


def ledger_tells_the_stock(book: Book) -> Iterator[str]:
    """1: the sum of the ledger, the initial line included, is the stock."""
    if book.ledger != book.stock:
        yield f"item {book.item_id}: the ledger sums to {book.ledger}, the stock is {book.stock}"


def both_stores_agree(book: Book) -> Iterator[str]:
    """3: what can be bought plus what is not written yet is the stock."""
    if not book.open:
        return
    unwritten = sum(entry.quantity for entry in book.unwritten)
    if book.count("avail") + unwritten != book.stock:
        yield (
            f"item {book.item_id}: {book.count('avail')} can be bought and {unwritten} wait to be written,"
            f" the stock is {book.stock}"
        )
    if book.count("epoch") != book.epoch:
        yield f"item {book.item_id}: sold in epoch {book.count('epoch')}, the database is in {book.epoch}"


def pending_is_the_outbox(book: Book) -> Iterator[str]:
    """4: the pending counter is the outbox, and so are the receipts that promise."""
    waiting = sum(entry.quantity for entry in book.waiting if entry.epoch == book.count("epoch"))
    if book.open and book.count("pend") != waiting:
        yield f"item {book.item_id}: {book.count('pend')} pieces are pending, {waiting} wait in the outbox"
    outbox = {entry.order_id for entry in book.waiting}
    for order_id in book.promised ^ outbox:
        where = "a receipt but no outbox entry" if order_id in book.promised else "an outbox entry but no receipt"
        yield f"item {book.item_id}: order {order_id} has {where}"


def nothing_is_negative(book: Book) -> Iterator[str]:
    """5: no stock below zero, in either store."""
    if book.stock < 0 or book.count("avail") < 0:
        yield f"item {book.item_id}: stock {book.stock}, {book.count('avail')} can be bought"


def confirmed_orders_exist(book: Book) -> Iterator[str]:
    """6: an order that was confirmed to somebody is written."""
    for order_id in book.confirmed - book.orders:
        yield f"item {book.item_id}: order {order_id} was confirmed and is not written"


def orders_were_asked_for(book: Book) -> Iterator[str]:
    """7: a recent order of this epoch has the receipt of its request."""
    if book.open:
        for order_id in book.recent - book.confirmed - book.promised:
            yield f"item {book.item_id}: order {order_id} has no receipt"


def every_order_is_one_sale(book: Book) -> Iterator[str]:
    """9: orders and sales in the ledger name each other, piece by piece."""
    for order_id in book.orders ^ book.sold:
        what = "no sale in the ledger" if order_id in book.orders else "a sale but no order"
        yield f"item {book.item_id}: order {order_id} has {what}"
    if book.units_ordered != book.units_sold:
        yield f"item {book.item_id}: {book.units_ordered} pieces ordered, {book.units_sold} sold by the ledger"


def numbers_have_no_gaps(book: Book) -> Iterator[str]:
    """10: the orders of an epoch, waiting and void ones included, are numbered 1, 2, 3 ..."""
    unwritten = book.unwritten
    for number, epoch in book.epochs.items():
        others = {(entry.epoch, entry.seq) for entry in unwritten} | book.voids
        numbers = [seq for other, seq in others if other == number]
        highest, count = max([epoch.seq_max, *numbers]), epoch.orders + len(numbers)
        if highest != count:
            yield f"item {book.item_id}, epoch {number}: {count} orders, the highest number is {highest}"


def redis_counts_ahead(book: Book) -> Iterator[str]:
    """11: Redis never gives a number that the database has."""
    written = book.epochs.get(book.count("epoch"), Epoch(0, 0)).seq_max
    if book.open and book.count("seq") < written:
        yield f"item {book.item_id}: Redis counts {book.count('seq')}, the database has number {written}"


def sold_out_is_real(book: Book) -> Iterator[str]:
    """15: when nothing can be bought and nothing waits, the stock is zero."""
    if book.open and not book.count("avail") and not book.waiting and book.stock:
        yield f"item {book.item_id}: sold out to buyers, but the stock is {book.stock}"


INVARIANTS = {
    1: ledger_tells_the_stock,
    3: both_stores_agree,
    4: pending_is_the_outbox,
    5: nothing_is_negative,
    6: confirmed_orders_exist,
    7: orders_were_asked_for,
    9: every_order_is_one_sale,
    10: numbers_have_no_gaps,
    11: redis_counts_ahead,
    15: sold_out_is_real,
}
