"""Invariants of orders, receipts and purchase limits."""

from collections.abc import Iterator
from uuid import UUID

from shop.supports.invariant.item_snapshot import ItemSnapshot
from shop.supports.invariant.records import OrderTerms, Problem


def check_ledger_orders(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 2: ledger sales equal orders, ledger returns cancellations."""
    ordered, sold = sum(snapshot.orders.units.values()), sum(snapshot.ledger.sold.values())
    if ordered != sold:
        yield snapshot.make_problem("sum", f"{ordered} pieces ordered, {sold} sold by the ledger")
    for order_id in snapshot.orders.cancelled | snapshot.ledger.returned.keys():
        back, due = snapshot.ledger.returned.get(order_id, 0), _count_cancelled_pieces(snapshot, order_id)
        if back != due:
            yield snapshot.make_problem(
                order_id, f"order {order_id} returned {back} pieces, {due} of it were cancelled"
            )


def check_confirmed_orders(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 6: every confirmed order is written."""
    for order_id in snapshot.redis_item.receipts_in("C") - snapshot.orders.units.keys():
        yield snapshot.make_problem(order_id, f"order {order_id} was confirmed and is not written")


def check_orders_have_receipts(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 7: a recent order of this epoch has a receipt."""
    if snapshot.is_counted:
        for order_id in snapshot.orders.recent.difference(*snapshot.redis_item.receipts.values()):
            yield snapshot.make_problem(order_id, f"order {order_id} has no receipt")


def check_orders_match_receipts(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 8: orders, written or waiting, equal their receipts."""
    for order_id, (order, receipt) in snapshot.orders.mismatches.items():
        names = [name for name, ours, theirs in zip(OrderTerms._fields, order, receipt, strict=True) if ours != theirs]
        if names:
            yield snapshot.make_problem(order_id, f"order {order_id} and its receipt differ in {', '.join(names)}")


def check_orders_match_sales(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 9: every order has one ledger sale, and vice versa.

    Cancelled orders are included; the pieces must be equal.
    """
    ordered, sold = snapshot.orders.units, snapshot.ledger.sold
    for order_id in ordered.keys() ^ sold.keys():
        problem = "no sale in the ledger" if order_id in ordered else "a sale but no order"
        yield snapshot.make_problem(order_id, f"order {order_id} has {problem}")
    for order_id, units in ordered.items():
        if sold.get(order_id, units) != units:
            yield snapshot.make_problem(
                order_id, f"order {order_id} is of {units} pieces, its sale of {sold[order_id]}"
            )


def check_rejected_orders(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 12: no reserved order is rejected."""
    for order_id in snapshot.redis_item.receipts_in("R"):
        yield snapshot.make_problem(order_id, f"order {order_id} was promised and then rejected")


def check_purchase_limits(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 13: no buyer of this epoch exceeds the purchase limit."""
    # A lowered limit begins a new epoch and applies to purchases in it.
    for user_id in snapshot.orders.buyers if snapshot.limit else ():
        if (snapshot.limit or 0) < snapshot.orders.units_held[user_id]:
            held = snapshot.orders.units_held[user_id]
            yield snapshot.make_problem(f"user {user_id}", f"user {user_id} holds {held} pieces of {snapshot.limit}")


def check_order_totals(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 17: an order's total is pieces times unit price.

    By invariant 8 the unit price is the acknowledged one.
    """
    for order_id, (total, due) in snapshot.orders.wrong_totals.items():
        yield snapshot.make_problem(order_id, f"order {order_id} costs {total}, its pieces at their price {due}")


def _count_cancelled_pieces(snapshot: ItemSnapshot, order_id: UUID) -> int:
    return snapshot.orders.units.get(order_id, 0) if order_id in snapshot.orders.cancelled else 0
