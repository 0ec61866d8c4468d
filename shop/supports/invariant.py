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

OUTBOX_AGE_MAX_SECONDS = 5
INVALID_SHOWN_MAX = 40
_COUNT_PATTERN = re.compile(r"-?[0-9]{1,18}")
_COUNT_FIELDS = ("avail", "hwm", "epoch", "pend", "seq")
T = TypeVar("T")


class Problem(NamedTuple):
    """Where something does not hold: its text tells counts that move, item and `about` stay the same.

    `about`: the order, or what else of the item is meant; item 0: no item is known.
    """

    item_id: int
    subject: UUID | str
    text: str

    @property
    def is_transient(self) -> bool:
        """Whether sums and counters say so, which move while the item sells; an order either is wrong or is not."""
        return not isinstance(self.subject, UUID)


class OutboxOrder(NamedTuple):
    """A reservation in an outbox, or set aside. `since`: milliseconds since 1970."""

    order_id: UUID
    epoch: int
    seq: int
    quantity: int
    since: int


class OrderRow(NamedTuple):
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


class LedgerRow(NamedTuple):
    """A row of the ledger."""

    line_id: int
    tenant_id: int
    delta: int
    ref: str
    adj_seq: int | None


class EpochOrders(NamedTuple):
    """The written orders of one epoch."""

    orders: int
    seq_max: int


class OrderTerms(NamedTuple):
    """What an order and its receipt say alike."""

    tenant: int
    item: int
    user: int
    quantity: int
    unit_price: int
    currency: str


@dataclass(frozen=True)
class RedisItem:
    """What Redis says about one item. `receipts`: state -> order ids; `now`: its clock, in milliseconds since 1970."""

    gate: Mapping[str, str] = field(default_factory=dict)
    waiting: Sequence[OutboxOrder] = ()
    dead: Sequence[OutboxOrder] = ()
    receipts: Mapping[str, Collection[UUID]] = field(default_factory=dict)
    now: int = 0

    @property
    def entries(self) -> tuple[OutboxOrder, ...]:
        """What waits and what was set aside."""
        return (*self.waiting, *self.dead)

    @property
    def invalid_fields(self) -> list[str]:
        """The fields of the gate that should be numbers and are none."""
        return [name for name in _COUNT_FIELDS if not _COUNT_PATTERN.fullmatch(self.gate.get(name, "0"))]

    def count(self, name: str) -> int:
        """A number of the gate; 0 where it is none."""
        text = self.gate.get(name, "0")
        return int(text) if _COUNT_PATTERN.fullmatch(text) else 0

    def select_entries(self, before: Sequence[OutboxOrder], after: Sequence[OutboxOrder]) -> list[OutboxOrder] | None:
        """What waited when the gate was read, between two looks; None when something was taken out meanwhile."""
        known, place = {entry[:3] for entry in before}, (self.count("epoch"), self.count("seq"))
        if known - {entry[:3] for entry in after}:
            return None
        # What has a higher number came after the gate was read.
        return [entry for entry in after if entry[:3] in known or entry[1:3] <= place]

    @staticmethod
    def group_by_state(texts: Mapping[UUID, str]) -> dict[str, set[UUID]]:
        """Orders by the state of their receipts."""
        found: dict[str, set[UUID]] = defaultdict(set)
        for order_id, text in texts.items():
            found[text[0]].add(order_id)
        return found

    def receipts_in(self, state: str) -> frozenset[UUID]:
        """The orders whose receipt is in that state."""
        return frozenset(self.receipts.get(state, ()))


@dataclass
class OrderSummary:
    """What the table of orders says about one item, and whom its receipts contradict.

    `recent`: orders of this epoch whose receipt must still live; `held`: user -> confirmed pieces; `buyers`: who has a
    confirmed order of this epoch; `tenants`: tenant -> an order of it; `homes`: buyer -> tenant, None for nobody;
    `places`: (epoch, number) of the orders that an entry names; `disputed`: what an order says and what its receipt.
    """

    units: dict[UUID, int] = field(default_factory=dict)
    cancelled: set[UUID] = field(default_factory=set)
    recent: set[UUID] = field(default_factory=set)
    epochs: dict[int, EpochOrders] = field(default_factory=dict)
    units_held: Counter[int] = field(default_factory=Counter)
    buyers: set[int] = field(default_factory=set)
    tenants: dict[int, UUID] = field(default_factory=dict)
    buyer_tenants: Mapping[int, int | None] = field(default_factory=dict)
    positions: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    mismatches: dict[UUID, tuple[OrderTerms, OrderTerms]] = field(default_factory=dict)

    def add(self, line: OrderRow) -> None:
        """Count an order of the item."""
        self.units[line.order_id] = line.quantity
        self.tenants.setdefault(line.tenant_id, line.order_id)
        if line.status == OrderStatus.CANCELLED:
            self.cancelled.add(line.order_id)
        else:
            self.units_held[line.user_id] += line.quantity
        before = self.epochs.get(line.epoch, EpochOrders(0, 0))
        self.epochs[line.epoch] = EpochOrders(before.orders + 1, max(before.seq_max, line.seq))

    def add_recent(self, line: OrderRow, since: datetime) -> None:
        """Note an order of this epoch."""
        if line.status != OrderStatus.CANCELLED:
            self.buyers.add(line.user_id)
        if line.created_at >= since:
            self.recent.add(line.order_id)

    def record_mismatch(self, line: OrderRow, promised: OrderTerms | None) -> None:
        """Note where an order, of whatever item, says something else than its receipt."""
        ordered = OrderTerms(*line[1:7])
        if promised and promised != ordered:
            self.mismatches[line.order_id] = (ordered, promised)


@dataclass
class LedgerSummary:
    """What the ledger says about one item. `unapplied`: credits that Redis does not know; `voids`: (epoch, number)."""

    total: int = 0
    unapplied: int = 0
    sold: dict[UUID, int] = field(default_factory=dict)
    returned: dict[UUID, int] = field(default_factory=dict)
    voids: set[tuple[int, int]] = field(default_factory=set)
    tenants: Counter[int] = field(default_factory=Counter)

    def add(self, reason: StockReason, line: LedgerRow, applied: int) -> None:
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
class ItemSnapshot:
    """Everything both stores say about one item, read once. Without a tenant there is no such item.

    `sellable`: whether it may be bought; `direct`: whether the database itself sells.
    """

    item_id: int
    tenant_id: int | None
    stock: int
    epoch: int
    limit: int | None
    redis_item: RedisItem
    orders: OrderSummary
    ledger: LedgerSummary
    sellable: bool = True
    database_sells: bool = False

    @property
    def is_open(self) -> bool:
        """Whether Redis sells it."""
        return self.redis_item.gate.get("state") == GateState.OPEN

    @property
    def is_counted(self) -> bool:
        """Whether Redis counts it: what is retired still counts what was promised before, unless the database sells."""
        return self.is_open or (self.redis_item.gate.get("state") == GateState.RETIRED and not self.database_sells)

    @property
    def unwritten(self) -> list[OutboxOrder]:
        """Entries, dead letters included, whose pieces were taken in Redis and not yet in the database."""
        entries = _filter_by_epoch(self.redis_item.entries, self.redis_item.count("epoch"))
        return [entry for entry in entries if not self.is_written(entry)]

    def is_written(self, entry: OutboxOrder) -> bool:
        """Whether the order of an entry stands in the database under the number of the entry."""
        return self.orders.positions.get(entry.order_id) == (entry.epoch, entry.seq)

    def make_problem(self, subject: UUID | str, text: str) -> Problem:
        """A problem of the item."""
        return Problem(self.item_id, subject, f"item {self.item_id}: {text}")


def check_ledger_sum(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """1: the sum of the ledger, the initial line included, is the stock."""
    if snapshot.ledger.total != snapshot.stock:
        yield snapshot.make_problem("sum", f"the ledger sums to {snapshot.ledger.total}, the stock is {snapshot.stock}")


def check_ledger_orders(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """2: the sales of the ledger are the pieces ordered, and its returns the cancelled orders."""
    ordered, sold = sum(snapshot.orders.units.values()), sum(snapshot.ledger.sold.values())
    if ordered != sold:
        yield snapshot.make_problem("sum", f"{ordered} pieces ordered, {sold} sold by the ledger")
    for order_id in snapshot.orders.cancelled | snapshot.ledger.returned.keys():
        back, due = snapshot.ledger.returned.get(order_id, 0), _count_cancelled_pieces(snapshot, order_id)
        if back != due:
            yield snapshot.make_problem(
                order_id, f"order {order_id} returned {back} pieces, {due} of it were cancelled"
            )


def check_stores_agree(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """3: what can be bought plus what is not written yet is the stock without the credits on their way."""
    if snapshot.is_open and not snapshot.sellable:
        yield snapshot.make_problem(GateState.OPEN, "it is sold by Redis although it is not on sale")
    if not snapshot.is_counted:
        return
    for name in snapshot.redis_item.invalid_fields:
        yield snapshot.make_problem(
            name, f"its gate says {name}={snapshot.redis_item.gate[name][:INVALID_SHOWN_MAX]!r}, which is no number"
        )
    if snapshot.redis_item.invalid_fields:
        return
    avail, unwritten, credit = (
        snapshot.redis_item.count("avail"),
        _sum_pieces(snapshot.unwritten),
        snapshot.ledger.unapplied,
    )
    if avail + unwritten != snapshot.stock - credit:
        yield snapshot.make_problem(
            "sum",
            f"{avail} can be bought and {unwritten} wait to be written,"
            f" the stock is {snapshot.stock}, {credit} of it credits on their way",
        )
    if snapshot.redis_item.count("epoch") != snapshot.epoch:
        yield snapshot.make_problem(
            "epoch", f"sold in epoch {snapshot.redis_item.count('epoch')}, the database is in {snapshot.epoch}"
        )


def check_pending_count(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """4: what is pending is what waits or is set aside, and so say the receipts."""
    sale = snapshot.redis_item
    waiting = _sum_pieces(_filter_by_epoch(sale.entries, sale.count("epoch")))
    if "pend" in sale.gate and sale.count("pend") != waiting:
        yield snapshot.make_problem("sum", f"{sale.count('pend')} pieces are pending, {waiting} wait or are set aside")
    for state, name, entries in (("P", "outbox entry", sale.waiting), ("D", "dead letter", sale.dead)):
        there, told = {entry.order_id for entry in entries}, sale.receipts_in(state)
        for order_id in there ^ told:
            what = f"a receipt but no {name}" if order_id in told else f"no receipt for its {name}"
            yield snapshot.make_problem(order_id, f"order {order_id} has {what}")


def check_not_negative(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """5: no stock below zero, in either store."""
    if snapshot.stock < 0 or snapshot.redis_item.count("avail") < 0:
        yield snapshot.make_problem(
            "sum", f"stock {snapshot.stock}, {snapshot.redis_item.count('avail')} can be bought"
        )


def check_confirmed_orders(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """6: an order that was confirmed to somebody is written."""
    for order_id in snapshot.redis_item.receipts_in("C") - snapshot.orders.units.keys():
        yield snapshot.make_problem(order_id, f"order {order_id} was confirmed and is not written")


def check_orders_have_receipts(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """7: a recent order of this epoch has the receipt of its request."""
    if snapshot.is_counted:
        for order_id in snapshot.orders.recent.difference(*snapshot.redis_item.receipts.values()):
            yield snapshot.make_problem(order_id, f"order {order_id} has no receipt")


def check_orders_match_receipts(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """8: an order says what its receipt says: item, tenant, user, quantity, price."""
    for order_id, (order, receipt) in snapshot.orders.mismatches.items():
        names = [name for name, ours, theirs in zip(OrderTerms._fields, order, receipt, strict=True) if ours != theirs]
        if names:
            yield snapshot.make_problem(order_id, f"order {order_id} and its receipt differ in {', '.join(names)}")


def check_orders_match_sales(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """9: orders, cancelled ones included, and sales in the ledger name each other, piece by piece."""
    ordered, sold = snapshot.orders.units, snapshot.ledger.sold
    for order_id in ordered.keys() ^ sold.keys():
        what = "no sale in the ledger" if order_id in ordered else "a sale but no order"
        yield snapshot.make_problem(order_id, f"order {order_id} has {what}")
    for order_id, units in ordered.items():
        if sold.get(order_id, units) != units:
            yield snapshot.make_problem(
                order_id, f"order {order_id} is of {units} pieces, its sale of {sold[order_id]}"
            )


def check_number_gaps(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """10: the orders of an epoch, with the waiting and the void ones, are numbered 1, 2, 3 ..."""
    # What waits in an older epoch gets its number when it is counted anew.
    entries = _filter_by_epoch(snapshot.redis_item.entries, snapshot.epoch)
    others = snapshot.ledger.voids | {(entry.epoch, entry.seq) for entry in entries if not snapshot.is_written(entry)}
    numbers: dict[int, list[int]] = {number: [] for number in snapshot.orders.epochs}
    for number, seq in others:
        numbers.setdefault(number, []).append(seq)
    for number, seqs in numbers.items():
        written = snapshot.orders.epochs.get(number, EpochOrders(0, 0))
        highest, count = max([written.seq_max, *seqs]), written.orders + len(seqs)
        if highest != count:
            yield snapshot.make_problem(
                f"epoch {number}", f"{count} numbers of epoch {number} are accounted for, the highest is {highest}"
            )


def check_redis_sequence(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """11: Redis never gives a number that the database has."""
    written = snapshot.orders.epochs.get(snapshot.redis_item.count("epoch"), EpochOrders(0, 0)).seq_max
    if snapshot.is_counted and snapshot.redis_item.count("seq") < written:
        yield snapshot.make_problem(
            "seq", f"Redis counts {snapshot.redis_item.count('seq')}, the database has number {written}"
        )


def check_rejected_orders(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """12: no order that was promised is rejected."""
    for order_id in snapshot.redis_item.receipts_in("R"):
        yield snapshot.make_problem(order_id, f"order {order_id} was promised and then rejected")


def check_purchase_limits(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """13: nobody who bought in this epoch holds more pieces than the limit."""
    # A limit that was lowered begins a new epoch and binds what is bought in it.
    for user_id in snapshot.orders.buyers if snapshot.limit else ():
        if (snapshot.limit or 0) < snapshot.orders.units_held[user_id]:
            held = snapshot.orders.units_held[user_id]
            yield snapshot.make_problem(f"user {user_id}", f"user {user_id} holds {held} pieces of {snapshot.limit}")


def check_outbox_age(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """14: nothing waits to be written for longer than five seconds, or for an item that does not exist."""
    if snapshot.tenant_id is None:
        for entry in snapshot.redis_item.entries:
            yield snapshot.make_problem(entry.order_id, f"it does not exist, and order {entry.order_id} waits for it")
        return
    oldest = min(snapshot.redis_item.waiting, key=lambda entry: entry.since, default=None)
    if oldest and snapshot.redis_item.now - oldest.since > OUTBOX_AGE_MAX_SECONDS * 1000:
        since = datetime.fromtimestamp(oldest.since / 1000, UTC).isoformat(timespec="milliseconds")
        yield snapshot.make_problem(oldest.order_id, f"order {oldest.order_id} waits to be written since {since}")


def check_sold_out(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """15: when nothing can be bought and nothing waits, the stock is zero."""
    left = snapshot.stock - snapshot.ledger.unapplied
    if snapshot.is_counted and not snapshot.redis_item.count("avail") and not snapshot.unwritten and left:
        yield snapshot.make_problem("sum", f"sold out to buyers, but the stock is {left}")


def check_tenants(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """16: orders, ledger lines and buyers are of the tenant of the item."""
    for tenant_id in snapshot.orders.tenants.keys() - {snapshot.tenant_id}:
        order_id = snapshot.orders.tenants[tenant_id]
        yield snapshot.make_problem(
            order_id, f"order {order_id} is of tenant {tenant_id}, the item of {snapshot.tenant_id}"
        )
    for tenant_id in snapshot.ledger.tenants.keys() - {snapshot.tenant_id}:
        lines = f"{snapshot.ledger.tenants[tenant_id]} lines of the ledger are of tenant {tenant_id}"
        yield snapshot.make_problem(f"tenant {tenant_id}", f"{lines}, the item of {snapshot.tenant_id}")
    for user_id, home in snapshot.orders.buyer_tenants.items():
        if home != snapshot.tenant_id:
            yield snapshot.make_problem(
                f"user {user_id}", f"its buyer {user_id} is of tenant {home}, the item of {snapshot.tenant_id}"
            )


def split_batches(ids: Iterable[T]) -> Iterator[Sequence[T]]:
    """The same, as many at a time as one statement may name."""
    rest = list(ids)
    return (rest[start : start + BATCH] for start in range(0, len(rest), BATCH))


def _sum_pieces(entries: Iterable[OutboxOrder]) -> int:
    return sum(entry.quantity for entry in entries)


def _filter_by_epoch(entries: Iterable[OutboxOrder], epoch: int) -> list[OutboxOrder]:
    return [entry for entry in entries if entry.epoch == epoch]


def _count_cancelled_pieces(snapshot: ItemSnapshot, order_id: UUID) -> int:
    return snapshot.orders.units.get(order_id, 0) if order_id in snapshot.orders.cancelled else 0


INVARIANTS = {
    1: check_ledger_sum,
    2: check_ledger_orders,
    3: check_stores_agree,
    4: check_pending_count,
    5: check_not_negative,
    6: check_confirmed_orders,
    7: check_orders_have_receipts,
    8: check_orders_match_receipts,
    9: check_orders_match_sales,
    10: check_number_gaps,
    11: check_redis_sequence,
    12: check_rejected_orders,
    13: check_purchase_limits,
    14: check_outbox_age,
    15: check_sold_out,
    16: check_tenants,
}
