"""Holds what clients were told against what the database says. Knows nothing of how the shop works."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping

from tests.chaos.client_log import Op, Result
from tests.chaos.evidence import Evidence, ItemRow, OrderRow

CANCELLED = "cancelled"
HELD = {"confirmed", CANCELLED}


def lost(evidence: Evidence) -> Iterator[str]:
    """An order that was promised to a buyer is not there."""
    excused = set(evidence.excused)
    for purchase in evidence.purchases:
        for order in purchase.answers - evidence.rows.keys() - excused:
            yield f"order {order} was promised and is lost"


def excused(evidence: Evidence) -> Iterator[str]:
    """An order that was promised is not there, and waited unwritten when Redis forgot everything."""
    for purchase in evidence.purchases:
        yield from (purchase.answers - evidence.rows.keys()) & set(evidence.excused)


def doubled(evidence: Evidence) -> Iterator[str]:
    """One purchase has two orders."""
    for purchase in evidence.purchases:
        if len(purchase.answers) > 1:
            yield f"the key {purchase.key} was told {len(purchase.answers)} orders"
    told = Counter(order for p in evidence.purchases for order in p.answers)
    yield from (f"order {order} was told to {count} purchases" for order, count in told.items() if count > 1)
    bought = Counter(p.subject for p in evidence.purchases if p.result is Result.OK)
    yield from (f"order {row.order} is a second one of a purchase" for row in _extra(evidence) if bought[row.subject])


def unasked(evidence: Evidence) -> Iterator[str]:
    """An order that nobody asked for."""
    bought = {p.subject for p in evidence.purchases if p.result is Result.OK}
    for row in _extra(evidence):
        if row.subject not in bought:
            yield f"order {row.order} was not requested"


def wrong(evidence: Evidence) -> Iterator[str]:
    """An order has another user, item or quantity than its purchase."""
    for purchase in evidence.purchases:
        for order in evidence.ids(purchase) & evidence.rows.keys():
            if evidence.rows[order].subject != purchase.subject:
                yield f"order {order} says {evidence.rows[order].subject}, {purchase.subject} was asked for"


def happened(evidence: Evidence) -> Iterator[str]:
    """A purchase that was refused has an order."""
    for purchase in evidence.purchases:
        if purchase.result is Result.FAIL:
            for order in evidence.ids(purchase) & evidence.rows.keys():
                yield f"order {order} was refused and is there"


def taken_back(evidence: Evidence) -> Iterator[str]:
    """A purchase that was promised was rejected afterwards."""
    for purchase in evidence.purchases:
        told = [evidence.rows[order].status for order in purchase.answers & evidence.rows.keys()]
        if purchase.answers & set(evidence.rejected) or set(told) - HELD:
            yield f"order {', '.join(purchase.answers)} was promised and rejected"


def oversold(evidence: Evidence) -> Iterator[str]:
    """More was sold than there was."""
    for row in evidence.items:
        units, (_, most) = _sold(evidence, row), _supply(evidence, row)
        if units > most or row.stock < 0:
            yield f"item {row.item}: {units} sold of {most}, {row.stock} left"


def miscounted(evidence: Evidence) -> Iterator[str]:
    """What was sold and what is left is not what there was."""
    for row in evidence.items:
        units, (least, most) = _sold(evidence, row), _supply(evidence, row)
        if not least <= units + row.stock <= most:
            yield f"item {row.item}: {units} sold and {row.stock} left of {least} to {most}"


def over_limit(evidence: Evidence) -> Iterator[str]:
    """A user holds more of an item than one may."""
    limits = {row.item: row.limit for row in evidence.items if row.limit}
    units: Counter[tuple[int, int]] = Counter()
    for order in evidence.orders:
        units[order.user, order.item] += order.quantity if order.status != CANCELLED else 0
    for (user, item), held in units.items():
        if held > limits.get(item, held):
            yield f"user {user} holds {held} of item {item}, the limit is {limits[item]}"


def cancellations(evidence: Evidence) -> Iterator[str]:
    """A cancelled order lives on, or one was cancelled by nobody."""
    asked: dict[str, set[Result]] = defaultdict(set)
    for operation in evidence.of(Op.CANCEL):
        asked[operation.wish.order or ""].add(operation.result)
    for row in evidence.orders:
        results = asked[row.order]
        if Result.OK in results and row.status != CANCELLED:
            yield f"order {row.order} was cancelled and is {row.status}"
        if row.status == CANCELLED and not results & {Result.OK, Result.UNKNOWN}:
            yield f"order {row.order} was cancelled by nobody"


def _extra(evidence: Evidence) -> list[OrderRow]:
    """Orders that no purchase accounts for, beyond those that an unknown one without a key may have made."""
    known = {order for purchase in evidence.purchases for order in evidence.ids(purchase)}
    maybe = Counter(p.subject for p in evidence.purchases if p.key is None and p.result is Result.UNKNOWN)
    extra = []
    for row in evidence.orders:
        if row.order in known:
            continue
        maybe[row.subject] -= 1
        if maybe[row.subject] < 0:
            extra.append(row)
    return extra


def _sold(evidence: Evidence, row: ItemRow) -> int:
    return sum(order.quantity for order in evidence.orders if order.item == row.item and order.status != CANCELLED)


def _supply(evidence: Evidence, row: ItemRow) -> tuple[int, int]:
    """The least and the most pieces there ever were, since nobody knows of some adjustments whether they were made."""
    sure = sum(o.wish.quantity for o in evidence.of(Op.ADJUST, Result.OK) if o.wish.item == row.item)
    open_ = [o.wish.quantity for o in evidence.of(Op.ADJUST, Result.UNKNOWN) if o.wish.item == row.item]
    known = row.initial + sure
    return known + sum(min(0, delta) for delta in open_), known + sum(max(0, delta) for delta in open_)


Check = Callable[[Evidence], Iterator[str]]
CHECKS: Mapping[str, Check] = {
    "lost": lost,
    "doubled": doubled,
    "oversold": oversold,
    "miscounted": miscounted,
    "refused, yet done": happened,
    "promised, then rejected": taken_back,
    "not requested": unasked,
    "wrong": wrong,
    "over the limit": over_limit,
    "wrongly cancelled": cancellations,
}
