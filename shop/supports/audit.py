"""What must hold whatever happened, as pure functions over the books of one item."""

# size: the sixteen invariants read one Book, and two Supports may not meet to share it.

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from shop.constants.stock import GateState

WAIT_MAX_SECONDS = 5


class Waiting(NamedTuple):
    """A reservation in an outbox, or set aside. `since`: milliseconds since 1970."""

    order_id: UUID
    epoch: int
    seq: int
    quantity: int
    since: int


class Epoch(NamedTuple):
    """The written orders of one epoch."""

    orders: int
    seq_max: int


class Deal(NamedTuple):
    """What an order and its receipt say alike."""

    tenant: int
    item: int
    user: int
    quantity: int
    unit_price: int
    currency: str


@dataclass(frozen=True)
class Sale:
    """What Redis says about one item. `receipts`: state -> order ids; `now`: its clock, in milliseconds since 1970."""

    gate: Mapping[str, str] = field(default_factory=dict)
    waiting: Sequence[Waiting] = ()
    dead: Sequence[Waiting] = ()
    receipts: Mapping[str, Collection[UUID]] = field(default_factory=dict)
    now: int = 0

    @property
    def entries(self) -> tuple[Waiting, ...]:
        """What waits and what was set aside."""
        return (*self.waiting, *self.dead)

    def count(self, name: str) -> int:
        """A number of the gate."""
        return int(self.gate.get(name, 0))

    def receipts_in(self, state: str) -> frozenset[UUID]:
        """The orders whose receipt is in that state."""
        return frozenset(self.receipts.get(state, ()))


@dataclass
class Orders:
    """What the table of orders says about one item, and whom its receipts contradict.

    `recent`: orders of this epoch whose receipt must still live; `held`: user -> confirmed pieces; `buyers`: who has a
    confirmed order of this epoch; `tenants`: tenant -> an order of it; `homes`: buyer -> tenant, None for nobody;
    `places`: (epoch, number) of the orders that an entry names; `disputed`: what an order says and what its receipt.
    """

    units: dict[UUID, int] = field(default_factory=dict)
    cancelled: set[UUID] = field(default_factory=set)
    recent: set[UUID] = field(default_factory=set)
    epochs: dict[int, Epoch] = field(default_factory=dict)
    held: Counter[int] = field(default_factory=Counter)
    buyers: set[int] = field(default_factory=set)
    tenants: dict[int, UUID] = field(default_factory=dict)
    homes: Mapping[int, int | None] = field(default_factory=dict)
    places: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    disputed: dict[UUID, tuple[Deal, Deal]] = field(default_factory=dict)


@dataclass
class Ledger:
    """What the ledger says about one item. `unapplied`: credits that Redis does not know; `voids`: (epoch, number)."""

    total: int = 0
    unapplied: int = 0
    sold: dict[UUID, int] = field(default_factory=dict)
    returned: dict[UUID, int] = field(default_factory=dict)
    voids: set[tuple[int, int]] = field(default_factory=set)
    tenants: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True)
class Book:
    """Everything both stores say about one item, read once. Without a tenant there is no such item."""

    item_id: int
    tenant_id: int | None
    stock: int
    epoch: int
    limit: int | None
    sale: Sale
    orders: Orders
    ledger: Ledger

    @property
    def counts(self) -> bool:
        """Whether Redis counts it: what is retired still counts what was promised before."""
        return self.sale.gate.get("state") in (GateState.OPEN, GateState.RETIRED)

    @property
    def unwritten(self) -> list[Waiting]:
        """Entries, dead letters included, whose pieces were taken in Redis and not yet in the database."""
        entries = _of_epoch(self.sale.entries, self.sale.count("epoch"))
        return [entry for entry in entries if not self.wrote(entry)]

    def wrote(self, entry: Waiting) -> bool:
        """Whether the order of an entry stands in the database under the number of the entry."""
        return self.orders.places.get(entry.order_id) == (entry.epoch, entry.seq)


def ledger_tells_the_stock(book: Book) -> Iterator[str]:
    """1: the sum of the ledger, the initial line included, is the stock."""
    if book.ledger.total != book.stock:
        yield f"item {book.item_id}: the ledger sums to {book.ledger.total}, the stock is {book.stock}"


def ledger_tells_the_orders(book: Book) -> Iterator[str]:
    """2: the sales of the ledger are the pieces ordered, and its returns the cancelled orders."""
    ordered, sold = sum(book.orders.units.values()), sum(book.ledger.sold.values())
    if ordered != sold:
        yield f"item {book.item_id}: {ordered} pieces ordered, {sold} sold by the ledger"
    for order_id in book.orders.cancelled | book.ledger.returned.keys():
        back, due = book.ledger.returned.get(order_id, 0), _cancelled_pieces(book, order_id)
        if back != due:
            yield f"item {book.item_id}: order {order_id} returned {back} pieces, {due} of it were cancelled"


def both_stores_agree(book: Book) -> Iterator[str]:
    """3: what can be bought plus what is not written yet is the stock without the credits on their way."""
    if not book.counts:
        return
    avail, unwritten, credit = book.sale.count("avail"), _pieces(book.unwritten), book.ledger.unapplied
    if avail + unwritten != book.stock - credit:
        yield (
            f"item {book.item_id}: {avail} can be bought and {unwritten} wait to be written,"
            f" the stock is {book.stock}, {credit} of it credits on their way"
        )
    if book.sale.count("epoch") != book.epoch:
        yield f"item {book.item_id}: sold in epoch {book.sale.count('epoch')}, the database is in {book.epoch}"


def pending_is_what_waits(book: Book) -> Iterator[str]:
    """4: what is pending is what waits or is set aside, and so say the receipts."""
    sale = book.sale
    waiting = _pieces(_of_epoch(sale.entries, sale.count("epoch")))
    if "pend" in sale.gate and sale.count("pend") != waiting:
        yield f"item {book.item_id}: {sale.count('pend')} pieces are pending, {waiting} wait or are set aside"
    for state, name, entries in (("P", "outbox entry", sale.waiting), ("D", "dead letter", sale.dead)):
        there, told = {entry.order_id for entry in entries}, sale.receipts_in(state)
        for order_id in there ^ told:
            what = f"a receipt but no {name}" if order_id in told else f"no receipt for its {name}"
            yield f"item {book.item_id}: order {order_id} has {what}"


def nothing_is_negative(book: Book) -> Iterator[str]:
    """5: no stock below zero, in either store."""
    if book.stock < 0 or book.sale.count("avail") < 0:
        yield f"item {book.item_id}: stock {book.stock}, {book.sale.count('avail')} can be bought"


def confirmed_orders_exist(book: Book) -> Iterator[str]:
    """6: an order that was confirmed to somebody is written."""
    for order_id in book.sale.receipts_in("C") - book.orders.units.keys():
        yield f"item {book.item_id}: order {order_id} was confirmed and is not written"


def orders_were_asked_for(book: Book) -> Iterator[str]:
    """7: a recent order of this epoch has the receipt of its request."""
    if book.counts:
        for order_id in book.orders.recent.difference(*book.sale.receipts.values()):
            yield f"item {book.item_id}: order {order_id} has no receipt"


def orders_are_what_was_asked_for(book: Book) -> Iterator[str]:
    """8: an order says what its receipt says: item, tenant, user, quantity, price."""
    for order_id, (order, receipt) in book.orders.disputed.items():
        names = [name for name, ours, theirs in zip(Deal._fields, order, receipt, strict=True) if ours != theirs]
        if names:
            yield f"item {book.item_id}: order {order_id} and its receipt differ in {', '.join(names)}"


def every_order_is_one_sale(book: Book) -> Iterator[str]:
    """9: orders, cancelled ones included, and sales in the ledger name each other, piece by piece."""
    ordered, sold = book.orders.units, book.ledger.sold
    for order_id in ordered.keys() ^ sold.keys():
        what = "no sale in the ledger" if order_id in ordered else "a sale but no order"
        yield f"item {book.item_id}: order {order_id} has {what}"
    for order_id, units in ordered.items():
        if sold.get(order_id, units) != units:
            yield f"item {book.item_id}: order {order_id} is of {units} pieces, its sale of {sold[order_id]}"


def numbers_have_no_gaps(book: Book) -> Iterator[str]:
    """10: the orders of an epoch, with the waiting and the void ones, are numbered 1, 2, 3 ..."""
    # What waits in an older epoch gets its number when it is counted anew.
    entries = _of_epoch(book.sale.entries, book.epoch)
    others = book.ledger.voids | {(entry.epoch, entry.seq) for entry in entries if not book.wrote(entry)}
    numbers: dict[int, list[int]] = {number: [] for number in book.orders.epochs}
    for number, seq in others:
        numbers.setdefault(number, []).append(seq)
    for number, seqs in numbers.items():
        written = book.orders.epochs.get(number, Epoch(0, 0))
        highest, count = max([written.seq_max, *seqs]), written.orders + len(seqs)
        if highest != count:
            yield f"item {book.item_id}, epoch {number}: {count} numbers are accounted for, the highest is {highest}"


def redis_counts_ahead(book: Book) -> Iterator[str]:
    """11: Redis never gives a number that the database has."""
    written = book.orders.epochs.get(book.sale.count("epoch"), Epoch(0, 0)).seq_max
    if book.counts and book.sale.count("seq") < written:
        yield f"item {book.item_id}: Redis counts {book.sale.count('seq')}, the database has number {written}"


def promises_are_kept(book: Book) -> Iterator[str]:
    """12: no order that was promised is rejected."""
    for order_id in book.sale.receipts_in("R"):
        yield f"item {book.item_id}: order {order_id} was promised and then rejected"


def limits_are_kept(book: Book) -> Iterator[str]:
    """13: nobody who bought in this epoch holds more pieces than the limit."""
    # A limit that was lowered begins a new epoch and binds what is bought in it.
    for user_id in book.orders.buyers if book.limit else ():
        if (book.limit or 0) < book.orders.held[user_id]:
            yield f"item {book.item_id}: user {user_id} holds {book.orders.held[user_id]} pieces of {book.limit}"


def nothing_waits_for_long(book: Book) -> Iterator[str]:
    """14: nothing waits to be written for longer than five seconds, or for an item that does not exist."""
    if book.tenant_id is None:
        for entry in book.sale.entries:
            yield f"item {book.item_id}: it does not exist, and order {entry.order_id} waits for it"
        return
    oldest = min(book.sale.waiting, key=lambda entry: entry.since, default=None)
    if oldest and book.sale.now - oldest.since > WAIT_MAX_SECONDS * 1000:
        since = datetime.fromtimestamp(oldest.since / 1000, UTC).isoformat(timespec="milliseconds")
        yield f"item {book.item_id}: order {oldest.order_id} waits to be written since {since}"


def sold_out_is_real(book: Book) -> Iterator[str]:
    """15: when nothing can be bought and nothing waits, the stock is zero."""
    left = book.stock - book.ledger.unapplied
    if book.counts and not book.sale.count("avail") and not book.unwritten and left:
        yield f"item {book.item_id}: sold out to buyers, but the stock is {left}"


def nothing_crosses_tenants(book: Book) -> Iterator[str]:
    """16: orders, ledger lines and buyers are of the tenant of the item."""
    of = f"item {book.item_id} of tenant {book.tenant_id}"
    for tenant_id in book.orders.tenants.keys() - {book.tenant_id}:
        yield f"{of}: order {book.orders.tenants[tenant_id]} is of tenant {tenant_id}"
    for tenant_id in book.ledger.tenants.keys() - {book.tenant_id}:
        yield f"{of}: {book.ledger.tenants[tenant_id]} lines of the ledger are of tenant {tenant_id}"
    for user_id, home in book.orders.homes.items():
        if home != book.tenant_id:
            yield f"{of}: its buyer {user_id} is of tenant {home}"


def _pieces(entries: Iterable[Waiting]) -> int:
    return sum(entry.quantity for entry in entries)


def _of_epoch(entries: Iterable[Waiting], epoch: int) -> list[Waiting]:
    return [entry for entry in entries if entry.epoch == epoch]


def _cancelled_pieces(book: Book, order_id: UUID) -> int:
    return book.orders.units.get(order_id, 0) if order_id in book.orders.cancelled else 0


INVARIANTS = {
    1: ledger_tells_the_stock,
    2: ledger_tells_the_orders,
    3: both_stores_agree,
    4: pending_is_what_waits,
    5: nothing_is_negative,
    6: confirmed_orders_exist,
    7: orders_were_asked_for,
    8: orders_are_what_was_asked_for,
    9: every_order_is_one_sale,
    10: numbers_have_no_gaps,
    11: redis_counts_ahead,
    12: promises_are_kept,
    13: limits_are_kept,
    14: nothing_waits_for_long,
    15: sold_out_is_real,
    16: nothing_crosses_tenants,
}
