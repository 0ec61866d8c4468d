"""Invariants of stock: ledger, gate and outbox agree."""

from collections.abc import Iterator
from datetime import UTC, datetime

from shop.constants.stock import GateState
from shop.supports.invariant.item_snapshot import ItemSnapshot, count_pieces, of_epoch
from shop.supports.invariant.records import Problem

OUTBOX_AGE_MAX_SECONDS = 5
INVALID_SHOWN_MAX = 40


def check_ledger_sum(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 1: the sum of the ledger is the stock."""
    if snapshot.ledger.total != snapshot.stock:
        yield snapshot.make_problem("sum", f"the ledger sums to {snapshot.ledger.total}, the stock is {snapshot.stock}")


def check_stores_agree(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 3: available plus unwritten pieces equal stock minus pending credits."""
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
        count_pieces(snapshot.unwritten),
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
    """Check invariant 4: pending pieces equal outbox, dead letters and receipts."""
    sale = snapshot.redis_item
    waiting = count_pieces(of_epoch(sale.entries, sale.count("epoch")))
    if "pend" in sale.gate and sale.count("pend") != waiting:
        yield snapshot.make_problem("sum", f"{sale.count('pend')} pieces are pending, {waiting} wait or are set aside")
    for state, name, entries in (("P", "outbox entry", sale.waiting), ("D", "dead letter", sale.dead)):
        order_ids, receipt_ids = {entry.order_id for entry in entries}, sale.receipts_in(state)
        for order_id in order_ids ^ receipt_ids:
            problem = f"a receipt but no {name}" if order_id in receipt_ids else f"no receipt for its {name}"
            yield snapshot.make_problem(order_id, f"order {order_id} has {problem}")


def check_not_negative(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 5: no stock is below zero in either store."""
    if snapshot.stock < 0 or snapshot.redis_item.count("avail") < 0:
        yield snapshot.make_problem(
            "sum", f"stock {snapshot.stock}, {snapshot.redis_item.count('avail')} can be bought"
        )


def check_outbox_age(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 14: entries wait briefly and have an item."""
    if snapshot.tenant_id is None:
        for entry in snapshot.redis_item.entries:
            yield snapshot.make_problem(entry.order_id, f"it does not exist, and order {entry.order_id} waits for it")
        return
    oldest = min(snapshot.redis_item.waiting, key=lambda entry: entry.since, default=None)
    if oldest and snapshot.redis_item.now - oldest.since > OUTBOX_AGE_MAX_SECONDS * 1000:
        since = datetime.fromtimestamp(oldest.since / 1000, UTC).isoformat(timespec="milliseconds")
        yield snapshot.make_problem(oldest.order_id, f"order {oldest.order_id} waits to be written since {since}")


def check_sold_out(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 15: the stock is zero when sold out and drained."""
    left = snapshot.stock - snapshot.ledger.unapplied
    if snapshot.is_counted and not snapshot.redis_item.count("avail") and not snapshot.unwritten and left:
        yield snapshot.make_problem("sum", f"sold out to buyers, but the stock is {left}")
