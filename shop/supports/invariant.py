"""What must hold whatever happened, as pure functions over the books of one item."""

# size: the sixteen invariants read one Book, and two Supports may not meet to share it.

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from shop.constants.order import OrderStatus
from shop.constants.stock import BATCH, GateState, StockReason

WAIT_MAX_SECONDS = 5
NONSENSE_MAX = 40
_COUNT = re.compile(r"-?[0-9]{1,18}")
_COUNTS = ("avail", "hwm", "epoch", "pend", "seq")
T = TypeVar("T")


class Problem(NamedTuple):
    """Where something does not hold: its text tells counts that move, item and `about` stay the same.

    `about`: the order, or what else of the item is meant; item 0: no item is known.
    """

    item_id: int
    about: UUID | str
    text: str

    @property
    def moves(self) -> bool:
        """Whether sums and counters say so, which move while the item sells; an order either is wrong or is not."""
        return not isinstance(self.about, UUID)


class Waiting(NamedTuple):
    """A reservation in an outbox, or set aside. `since`: milliseconds since 1970."""

    order_id: UUID
    epoch: int
    seq: int
    quantity: int
    since: int


class Written(NamedTuple):
    """A row of the table of orders."""

    order_id: UUID
    tenant_id: int
    item_id: int
    user_id: int
    quantity: int
    unit_price_minor: int
    currency: str
    status: str
    epoch: int
    seq: int
    created_at: datetime


class Posted(NamedTuple):
    """A row of the ledger."""

    line_id: int
    tenant_id: int
    delta: int
    ref: str
    adj_seq: int | None


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

    @property
    def nonsense(self) -> list[str]:
        """The fields of the gate that should be numbers and are none."""
        return [name for name in _COUNTS if not _COUNT.fullmatch(self.gate.get(name, "0"))]

    def count(self, name: str) -> int:
        """A number of the gate; 0 where it is none."""
        text = self.gate.get(name, "0")
        return int(text) if _COUNT.fullmatch(text) else 0

    def pick(self, before: Sequence[Waiting], after: Sequence[Waiting]) -> list[Waiting] | None:
        """What waited when the gate was read, between two looks; None when something was taken out meanwhile."""
        known, place = {entry[:3] for entry in before}, (self.count("epoch"), self.count("seq"))
        if known - {entry[:3] for entry in after}:
            return None
        # What has a higher number came after the gate was read.
        return [entry for entry in after if entry[:3] in known or entry[1:3] <= place]

    @staticmethod
    def by_state(texts: Mapping[UUID, str]) -> dict[str, set[UUID]]:
        """Orders by the state of their receipts."""
        found: dict[str, set[UUID]] = defaultdict(set)
        for order_id, text in texts.items():
            found[text[0]].add(order_id)
        return found

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

    def add(self, line: Written) -> None:
        """Count an order of the item."""
        self.units[line.order_id] = line.quantity
        self.tenants.setdefault(line.tenant_id, line.order_id)
        if line.status == OrderStatus.CANCELLED:
            self.cancelled.add(line.order_id)
        else:
            self.held[line.user_id] += line.quantity
        before = self.epochs.get(line.epoch, Epoch(0, 0))
        self.epochs[line.epoch] = Epoch(before.orders + 1, max(before.seq_max, line.seq))

    def add_recent(self, line: Written, since: datetime) -> None:
        """Note an order of this epoch."""
        if line.status != OrderStatus.CANCELLED:
            self.buyers.add(line.user_id)
        if line.created_at >= since:
            self.recent.add(line.order_id)

    def compare(self, line: Written, promised: Deal | None) -> None:
        """Note where an order, of whatever item, says something else than its receipt."""
        ordered = Deal(*line[1:7])
        if promised and promised != ordered:
            self.disputed[line.order_id] = (ordered, promised)


@dataclass
class Ledger:
    """What the ledger says about one item. `unapplied`: credits that Redis does not know; `voids`: (epoch, number)."""

    total: int = 0
    unapplied: int = 0
    sold: dict[UUID, int] = field(default_factory=dict)
    returned: dict[UUID, int] = field(default_factory=dict)
    voids: set[tuple[int, int]] = field(default_factory=set)
    tenants: Counter[int] = field(default_factory=Counter)

    def add(self, reason: StockReason, line: Posted, applied: int) -> None:
        """Count a line. `applied`: the number of the last credit that Redis knows."""
        self.total += line.delta
        self.tenants[line.tenant_id] += 1
        self.unapplied += line.delta if (line.adj_seq or 0) > applied else 0
        if reason is StockReason.SALE:
            self.sold[UUID(line.ref)] = -line.delta
        elif reason is StockReason.RETURN:
            self.returned[UUID(line.ref)] = line.delta
        elif reason is StockReason.VOID:
            _, epoch, seq = line.ref.split(":")
            self.voids.add((int(epoch), int(seq)))


@dataclass(frozen=True)
class Book:
    """Everything both stores say about one item, read once. Without a tenant there is no such item.

    `sellable`: whether it may be bought; `direct`: whether the database itself sells.
    """

    item_id: int
    tenant_id: int | None
    stock: int
    epoch: int
    limit: int | None
    sale: Sale
    orders: Orders
    ledger: Ledger
    sellable: bool = True
    direct: bool = False

    @property
    def is_open(self) -> bool:
        """Whether Redis sells it."""
        return self.sale.gate.get("state") == GateState.OPEN

    @property
    def counts(self) -> bool:
        """Whether Redis counts it: what is retired still counts what was promised before, unless the database sells."""
        return self.is_open or (self.sale.gate.get("state") == GateState.RETIRED and not self.direct)

    @property
    def unwritten(self) -> list[Waiting]:
        """Entries, dead letters included, whose pieces were taken in Redis and not yet in the database."""
        entries = _of_epoch(self.sale.entries, self.sale.count("epoch"))
        return [entry for entry in entries if not self.wrote(entry)]

    def wrote(self, entry: Waiting) -> bool:
        """Whether the order of an entry stands in the database under the number of the entry."""
        return self.orders.places.get(entry.order_id) == (entry.epoch, entry.seq)

    def tell(self, about: UUID | str, text: str) -> Problem:
        """A problem of the item."""
        return Problem(self.item_id, about, f"item {self.item_id}: {text}")


def ledger_tells_the_stock(book: Book) -> Iterator[Problem]:
    """1: the sum of the ledger, the initial line included, is the stock."""
    if book.ledger.total != book.stock:
        yield book.tell("sum", f"the ledger sums to {book.ledger.total}, the stock is {book.stock}")


def ledger_tells_the_orders(book: Book) -> Iterator[Problem]:
    """2: the sales of the ledger are the pieces ordered, and its returns the cancelled orders."""
    ordered, sold = sum(book.orders.units.values()), sum(book.ledger.sold.values())
    if ordered != sold:
        yield book.tell("sum", f"{ordered} pieces ordered, {sold} sold by the ledger")
    for order_id in book.orders.cancelled | book.ledger.returned.keys():
        back, due = book.ledger.returned.get(order_id, 0), _cancelled_pieces(book, order_id)
        if back != due:
            yield book.tell(order_id, f"order {order_id} returned {back} pieces, {due} of it were cancelled")


def both_stores_agree(book: Book) -> Iterator[Problem]:
    """3: what can be bought plus what is not written yet is the stock without the credits on their way."""
    if book.is_open and not book.sellable:
        yield book.tell(GateState.OPEN, "it is sold by Redis although it is not on sale")
    if not book.counts:
        return
    for name in book.sale.nonsense:
        yield book.tell(name, f"its gate says {name}={book.sale.gate[name][:NONSENSE_MAX]!r}, which is no number")
    if book.sale.nonsense:
        return
    avail, unwritten, credit = book.sale.count("avail"), _pieces(book.unwritten), book.ledger.unapplied
    if avail + unwritten != book.stock - credit:
        yield book.tell(
            "sum",
            f"{avail} can be bought and {unwritten} wait to be written,"
            f" the stock is {book.stock}, {credit} of it credits on their way",
        )
    if book.sale.count("epoch") != book.epoch:
        yield book.tell("epoch", f"sold in epoch {book.sale.count('epoch')}, the database is in {book.epoch}")


def pending_is_what_waits(book: Book) -> Iterator[Problem]:
    """4: what is pending is what waits or is set aside, and so say the receipts."""
    sale = book.sale
    waiting = _pieces(_of_epoch(sale.entries, sale.count("epoch")))
    if "pend" in sale.gate and sale.count("pend") != waiting:
        yield book.tell("sum", f"{sale.count('pend')} pieces are pending, {waiting} wait or are set aside")
    for state, name, entries in (("P", "outbox entry", sale.waiting), ("D", "dead letter", sale.dead)):
        there, told = {entry.order_id for entry in entries}, sale.receipts_in(state)
        for order_id in there ^ told:
            what = f"a receipt but no {name}" if order_id in told else f"no receipt for its {name}"
            yield book.tell(order_id, f"order {order_id} has {what}")


def nothing_is_negative(book: Book) -> Iterator[Problem]:
    """5: no stock below zero, in either store."""
    if book.stock < 0 or book.sale.count("avail") < 0:
        yield book.tell("sum", f"stock {book.stock}, {book.sale.count('avail')} can be bought")


def confirmed_orders_exist(book: Book) -> Iterator[Problem]:
    """6: an order that was confirmed to somebody is written."""
    for order_id in book.sale.receipts_in("C") - book.orders.units.keys():
        yield book.tell(order_id, f"order {order_id} was confirmed and is not written")


def orders_were_asked_for(book: Book) -> Iterator[Problem]:
    """7: a recent order of this epoch has the receipt of its request."""
    if book.counts:
        for order_id in book.orders.recent.difference(*book.sale.receipts.values()):
            yield book.tell(order_id, f"order {order_id} has no receipt")


def orders_are_what_was_asked_for(book: Book) -> Iterator[Problem]:
    """8: an order says what its receipt says: item, tenant, user, quantity, price."""
    for order_id, (order, receipt) in book.orders.disputed.items():
        names = [name for name, ours, theirs in zip(Deal._fields, order, receipt, strict=True) if ours != theirs]
        if names:
            yield book.tell(order_id, f"order {order_id} and its receipt differ in {', '.join(names)}")


def every_order_is_one_sale(book: Book) -> Iterator[Problem]:
    """9: orders, cancelled ones included, and sales in the ledger name each other, piece by piece."""
    ordered, sold = book.orders.units, book.ledger.sold
    for order_id in ordered.keys() ^ sold.keys():
        what = "no sale in the ledger" if order_id in ordered else "a sale but no order"
        yield book.tell(order_id, f"order {order_id} has {what}")
    for order_id, units in ordered.items():
        if sold.get(order_id, units) != units:
            yield book.tell(order_id, f"order {order_id} is of {units} pieces, its sale of {sold[order_id]}")


def numbers_have_no_gaps(book: Book) -> Iterator[Problem]:
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
            yield book.tell(
                f"epoch {number}", f"{count} numbers of epoch {number} are accounted for, the highest is {highest}"
            )


def redis_counts_ahead(book: Book) -> Iterator[Problem]:
    """11: Redis never gives a number that the database has."""
    written = book.orders.epochs.get(book.sale.count("epoch"), Epoch(0, 0)).seq_max
    if book.counts and book.sale.count("seq") < written:
        yield book.tell("seq", f"Redis counts {book.sale.count('seq')}, the database has number {written}")


def promises_are_kept(book: Book) -> Iterator[Problem]:
    """12: no order that was promised is rejected."""
    for order_id in book.sale.receipts_in("R"):
        yield book.tell(order_id, f"order {order_id} was promised and then rejected")


def limits_are_kept(book: Book) -> Iterator[Problem]:
    """13: nobody who bought in this epoch holds more pieces than the limit."""
    # A limit that was lowered begins a new epoch and binds what is bought in it.
    for user_id in book.orders.buyers if book.limit else ():
        if (book.limit or 0) < book.orders.held[user_id]:
            held = book.orders.held[user_id]
            yield book.tell(f"user {user_id}", f"user {user_id} holds {held} pieces of {book.limit}")


def nothing_waits_for_long(book: Book) -> Iterator[Problem]:
    """14: nothing waits to be written for longer than five seconds, or for an item that does not exist."""
    if book.tenant_id is None:
        for entry in book.sale.entries:
            yield book.tell(entry.order_id, f"it does not exist, and order {entry.order_id} waits for it")
        return
    oldest = min(book.sale.waiting, key=lambda entry: entry.since, default=None)
    if oldest and book.sale.now - oldest.since > WAIT_MAX_SECONDS * 1000:
        since = datetime.fromtimestamp(oldest.since / 1000, UTC).isoformat(timespec="milliseconds")
        yield book.tell(oldest.order_id, f"order {oldest.order_id} waits to be written since {since}")


def sold_out_is_real(book: Book) -> Iterator[Problem]:
    """15: when nothing can be bought and nothing waits, the stock is zero."""
    left = book.stock - book.ledger.unapplied
    if book.counts and not book.sale.count("avail") and not book.unwritten and left:
        yield book.tell("sum", f"sold out to buyers, but the stock is {left}")


def nothing_crosses_tenants(book: Book) -> Iterator[Problem]:
    """16: orders, ledger lines and buyers are of the tenant of the item."""
    for tenant_id in book.orders.tenants.keys() - {book.tenant_id}:
        order_id = book.orders.tenants[tenant_id]
        yield book.tell(order_id, f"order {order_id} is of tenant {tenant_id}, the item of {book.tenant_id}")
    for tenant_id in book.ledger.tenants.keys() - {book.tenant_id}:
        lines = f"{book.ledger.tenants[tenant_id]} lines of the ledger are of tenant {tenant_id}"
        yield book.tell(f"tenant {tenant_id}", f"{lines}, the item of {book.tenant_id}")
    for user_id, home in book.orders.homes.items():
        if home != book.tenant_id:
            yield book.tell(f"user {user_id}", f"its buyer {user_id} is of tenant {home}, the item of {book.tenant_id}")


def batches(ids: Iterable[T]) -> Iterator[Sequence[T]]:
    """The same, as many at a time as one statement may name."""
    rest = list(ids)
    return (rest[start : start + BATCH] for start in range(0, len(rest), BATCH))


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
