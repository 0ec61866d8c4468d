"""Holds what clients were told against what the database says. Knows nothing of how the shop works."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping

from tests.chaos.harness.client_log import Op, Result
from tests.chaos.harness.history import History, ItemRow, OrderRow

CANCELLED = "cancelled"
HELD = {"confirmed", CANCELLED}


def find_lost(evidence: History) -> Iterator[str]:
    """An order that was promised to a buyer is not there."""
    excused = set(evidence.excused)
    for purchase in evidence.purchases:
        for order in purchase.answers - evidence.rows.keys() - excused:
            yield f"order {order} was promised and is lost"


def find_excused(evidence: History) -> Iterator[str]:
    """An order that was promised is not there, and waited unwritten when Redis forgot everything."""
    for purchase in evidence.purchases:
        yield from (purchase.answers - evidence.rows.keys()) & set(evidence.excused)


def find_doubled(evidence: History) -> Iterator[str]:
    """One purchase has two orders."""
    for purchase in evidence.purchases:
        if len(purchase.answers) > 1:
            yield f"the key {purchase.key} was told {len(purchase.answers)} orders"
    told = Counter(order for p in evidence.purchases for order in p.answers)
    yield from (f"order {order} was told to {count} purchases" for order, count in told.items() if count > 1)
    bought = Counter(p.subject for p in evidence.purchases if p.result is Result.OK)
    yield from (f"order {row.order} is a second one of a purchase" for row in _extra(evidence) if bought[row.subject])


def find_unrequested(evidence: History) -> Iterator[str]:
    """An order without a request."""
    bought = {p.subject for p in evidence.purchases if p.result is Result.OK}
    for row in _extra(evidence):
        if row.subject not in bought:
            yield f"order {row.order} was not requested"


def find_wrong(evidence: History) -> Iterator[str]:
    """An order has another user, item or quantity than its purchase."""
    for purchase in evidence.purchases:
        for order in evidence.find_order_ids(purchase) & evidence.rows.keys():
            if evidence.rows[order].subject != purchase.subject:
                yield f"order {order} says {evidence.rows[order].subject}, {purchase.subject} was asked for"


def find_refused_but_done(evidence: History) -> Iterator[str]:
    """A purchase that was refused has an order."""
    for purchase in evidence.purchases:
        if purchase.result is Result.FAIL:
            for order in evidence.find_order_ids(purchase) & evidence.rows.keys():
                yield f"order {order} was refused and is there"


def find_rejected(evidence: History) -> Iterator[str]:
    """A purchase that was promised was rejected afterwards."""
    for purchase in evidence.purchases:
        told = [evidence.rows[order].status for order in purchase.answers & evidence.rows.keys()]
        if purchase.answers & set(evidence.rejected) or set(told) - HELD:
            yield f"order {', '.join(purchase.answers)} was promised and rejected"


def find_oversold(evidence: History) -> Iterator[str]:
    """More was sold than there was."""
    for row in evidence.items:
        units, (_, most) = _sold(evidence, row), _supply(evidence, row)
        if units > most or row.stock < 0:
            yield f"item {row.item}: {units} sold of {most}, {row.stock} left"


def find_miscounted(evidence: History) -> Iterator[str]:
    """What was sold and what is left is not what there was."""
    for row in evidence.items:
        units, (least, most) = _sold(evidence, row), _supply(evidence, row)
        if not least <= units + row.stock <= most:
            yield f"item {row.item}: {units} sold and {row.stock} left of {least} to {most}"


def find_over_limit(evidence: History) -> Iterator[str]:
    """A user holds more of an item than one may."""
    limits = {row.item: row.limit for row in evidence.items if row.limit}
    units: Counter[tuple[int, int]] = Counter()
    for order in evidence.orders:
        units[order.user, order.item] += order.quantity if order.status != CANCELLED else 0
    for (user, item), held in units.items():
        if held > limits.get(item, held):
            yield f"user {user} holds {held} of item {item}, the limit is {limits[item]}"


def find_wrong_cancellations(evidence: History) -> Iterator[str]:
    """A cancelled order is still confirmed, or an order was cancelled without a request."""
    asked: dict[str, set[Result]] = defaultdict(set)
    for operation in evidence.find_operations(Op.CANCEL):
        asked[operation.request.order or ""].add(operation.result)
    for row in evidence.orders:
        results = asked[row.order]
        if Result.OK in results and row.status != CANCELLED:
            yield f"order {row.order} was cancelled and is {row.status}"
        if row.status == CANCELLED and not results & {Result.OK, Result.UNKNOWN}:
            yield f"order {row.order} was cancelled without a request"


def _extra(evidence: History) -> list[OrderRow]:
    """Orders that no purchase accounts for, beyond those that an unknown one without a key may have made."""
    known = {order for purchase in evidence.purchases for order in evidence.find_order_ids(purchase)}
    maybe = Counter(p.subject for p in evidence.purchases if p.key is None and p.result is Result.UNKNOWN)
    extra = []
    for row in evidence.orders:
        if row.order in known:
            continue
        maybe[row.subject] -= 1
        if maybe[row.subject] < 0:
            extra.append(row)
    return extra


def _sold(evidence: History, row: ItemRow) -> int:
    return sum(order.quantity for order in evidence.orders if order.item == row.item and order.status != CANCELLED)


def _supply(evidence: History, row: ItemRow) -> tuple[int, int]:
    """Bounds of the pieces that existed; the outcome of some adjustments is unknown."""
    sure = sum(o.request.quantity for o in evidence.find_operations(Op.ADJUST, Result.OK) if o.request.item == row.item)
    open_ = [
        o.request.quantity for o in evidence.find_operations(Op.ADJUST, Result.UNKNOWN) if o.request.item == row.item
    ]
    known = row.initial + sure
    return known + sum(min(0, delta) for delta in open_), known + sum(max(0, delta) for delta in open_)


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
    "over the limit": find_over_limit,
    "wrongly cancelled": find_wrong_cancellations,
}
