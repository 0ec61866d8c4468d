"""Checks of a history: responses compared with database rows.

The checks know only the API, not the implementation.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping

from tests.chaos.edits.price_checks import find_wrong_prices
from tests.chaos.harness.client_log import Op, Result
from tests.chaos.harness.history import History, ItemRow, OrderRow

CANCELLED = "cancelled"
HELD = {"confirmed", CANCELLED}


def find_lost(history: History) -> Iterator[str]:
    """Yield acknowledged orders that are missing."""
    excused = set(history.excused)
    for purchase in history.purchases:
        for order in purchase.answers - history.rows.keys() - excused:
            yield f"order {order} was acknowledged and is lost"


def find_excused(history: History) -> Iterator[str]:
    """Yield missing orders that were not written when Redis was flushed."""
    for purchase in history.purchases:
        yield from (purchase.answers - history.rows.keys()) & set(history.excused)


def find_doubled(history: History) -> Iterator[str]:
    """Yield purchases with two orders, and orders of two purchases."""
    for purchase in history.purchases:
        if len(purchase.answers) > 1:
            yield f"the key {purchase.key} got {len(purchase.answers)} orders"
    response_counts = Counter(order for purchase in history.purchases for order in purchase.answers)
    yield from (
        f"order {order} was returned to {count} purchases" for order, count in response_counts.items() if count > 1
    )
    bought = Counter(purchase.subject for purchase in history.purchases if purchase.result is Result.OK)
    yield from (f"order {row.order} is a second one of a purchase" for row in _extra(history) if bought[row.subject])


def find_unrequested(history: History) -> Iterator[str]:
    """Yield orders without a request."""
    bought = {purchase.subject for purchase in history.purchases if purchase.result is Result.OK}
    for row in _extra(history):
        if row.subject not in bought:
            yield f"order {row.order} was not requested"


def find_wrong(history: History) -> Iterator[str]:
    """Yield orders that differ from their purchase in user, item or quantity."""
    for purchase in history.purchases:
        for order in history.find_order_ids(purchase) & history.rows.keys():
            if history.rows[order].subject != purchase.subject:
                yield f"order {order} has {history.rows[order].subject}, {purchase.subject} was requested"


def find_refused_but_done(history: History) -> Iterator[str]:
    """Yield orders of refused purchases."""
    for purchase in history.purchases:
        if purchase.result is Result.FAIL:
            for order in history.find_order_ids(purchase) & history.rows.keys():
                yield f"order {order} was refused and exists"


def find_rejected(history: History) -> Iterator[str]:
    """Yield acknowledged orders that were rejected afterwards."""
    for purchase in history.purchases:
        statuses = [history.rows[order].status for order in purchase.answers & history.rows.keys()]
        if purchase.answers & set(history.rejected) or set(statuses) - HELD:
            yield f"order {', '.join(purchase.answers)} was acknowledged and rejected"


def find_oversold(history: History) -> Iterator[str]:
    """Yield items that were sold beyond their stock."""
    for row in history.items:
        units, (_, most) = _sold(history, row), _supply(history, row)
        if units > most or row.stock < 0:
            yield f"item {row.item}: {units} sold of {most}, {row.stock} left"


def find_miscounted(history: History) -> Iterator[str]:
    """Yield items whose sold and remaining units differ from the supply."""
    for row in history.items:
        units, (least, most) = _sold(history, row), _supply(history, row)
        if not least <= units + row.stock <= most:
            yield f"item {row.item}: {units} sold and {row.stock} left of {least} to {most}"


def find_over_limit(history: History) -> Iterator[str]:
    """Yield users with more units of an item than its limit."""
    limits = {row.item: row.limit for row in history.items if row.limit}
    units: Counter[tuple[int, int]] = Counter()
    for order in history.orders:
        units[order.user, order.item] += order.quantity if order.status != CANCELLED else 0
    for (user, item), count in units.items():
        if count > limits.get(item, count):
            yield f"user {user} holds {count} of item {item}, the limit is {limits[item]}"


def find_wrong_cancellations(history: History) -> Iterator[str]:
    """Yield cancelled orders that are confirmed, and cancellations without a request."""
    results_by_order: dict[str, set[Result]] = defaultdict(set)
    for operation in history.find_operations(Op.CANCEL):
        results_by_order[operation.request.order or ""].add(operation.result)
    for row in history.orders:
        results = results_by_order[row.order]
        if Result.OK in results and row.status != CANCELLED:
            yield f"order {row.order} was cancelled and is {row.status}"
        if row.status == CANCELLED and not results & {Result.OK, Result.UNKNOWN}:
            yield f"order {row.order} was cancelled without a request"


def _extra(history: History) -> list[OrderRow]:
    """Find orders without a purchase.

    Purchases of unknown result without a key may account for one order each.
    """
    expected = {order for purchase in history.purchases for order in history.find_order_ids(purchase)}
    possible = Counter(
        purchase.subject for purchase in history.purchases if purchase.key is None and purchase.result is Result.UNKNOWN
    )
    unexpected = []
    for row in history.orders:
        if row.order in expected:
            continue
        possible[row.subject] -= 1
        if possible[row.subject] < 0:
            unexpected.append(row)
    return unexpected


def _sold(history: History, row: ItemRow) -> int:
    return sum(order.quantity for order in history.orders if order.item == row.item and order.status != CANCELLED)


def _supply(history: History, row: ItemRow) -> tuple[int, int]:
    """Return the minimum and maximum of units that existed.

    The result of some adjustments is unknown.
    """
    certain = sum(
        operation.request.quantity
        for operation in history.find_operations(Op.ADJUST, Result.OK)
        if operation.request.item == row.item
    )
    uncertain = [
        operation.request.quantity
        for operation in history.find_operations(Op.ADJUST, Result.UNKNOWN)
        if operation.request.item == row.item
    ]
    total = row.initial + certain
    return total + sum(min(0, delta) for delta in uncertain), total + sum(max(0, delta) for delta in uncertain)


Check = Callable[[History], Iterator[str]]
CHECKS: Mapping[str, Check] = {
    "lost": find_lost,
    "doubled": find_doubled,
    "oversold": find_oversold,
    "miscounted": find_miscounted,
    "refused, yet done": find_refused_but_done,
    "promised, then rejected": find_rejected,
    "not requested": find_unrequested,
    "wrong": find_wrong,
    "wrong price": find_wrong_prices,
    "over the limit": find_over_limit,
    "wrongly cancelled": find_wrong_cancellations,
}
