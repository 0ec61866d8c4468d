"""A checker that never failed proves nothing: plant each anomaly and see it reported, and nothing else."""

import json
from dataclasses import replace

import pytest

from tests.chaos.client_log import Op, Operation, Result, Wish, read_log
from tests.chaos.evidence import Evidence, ItemRow, OrderRow
from tests.chaos.judge import CHECKS, excused
from tests.chaos.report import Report

ANN, BEN, ITEM, LIMITED = 1, 2, 7, 8
OK, FAIL, UNKNOWN = Result.OK, Result.FAIL, Result.UNKNOWN


def order_of(user: int, item: int, key: str) -> str:
    return f"order of {user} {item} {key}"


def buys(
    user: int, quantity: int, result: Result, key: str | None = None, *, answer: str = "", item: int = ITEM
) -> Operation:
    """An attempt to buy; what the key stands for is answered unless something else is given."""
    told = answer or order_of(user, item, key or "")
    return Operation(Wish("c", Op.BUY, item, quantity, user, key), 0, 1, result, told if result is OK else None)


def cancels(order: str, result: Result) -> Operation:
    return Operation(Wish("c", Op.CANCEL, ITEM, 0, ANN, order=order), 0, 1, result, None)


def adjusts(delta: int, result: Result) -> Operation:
    return Operation(Wish("admin", Op.ADJUST, ITEM, delta, 9), 0, 1, result, None)


A, B, C = (order_of(ANN, ITEM, key) for key in "abc")
GOOD = Evidence(
    operations=[
        buys(ANN, 2, UNKNOWN, "a"),
        buys(ANN, 2, OK, "a"),
        buys(BEN, 1, OK, None, answer="x"),
        buys(ANN, 1, OK, "c"),
        cancels(C, UNKNOWN),
        cancels(C, FAIL),
        buys(BEN, 3, UNKNOWN),
        buys(BEN, 3, UNKNOWN, "e"),
        buys(ANN, 9, FAIL, "b"),
        buys(ANN, 2, OK, "d", item=LIMITED),
        adjusts(5, OK),
        adjusts(2, UNKNOWN),
        adjusts(50, FAIL),
    ],
    orders=[
        OrderRow(A, ANN, ITEM, 2, "confirmed"),
        OrderRow("x", BEN, ITEM, 1, "confirmed"),
        OrderRow(C, ANN, ITEM, 1, "cancelled"),
        OrderRow("nobody was told", BEN, ITEM, 3, "confirmed"),
        OrderRow(order_of(ANN, LIMITED, "d"), ANN, LIMITED, 2, "confirmed"),
    ],
    items=[ItemRow(ITEM, 10, 9, None), ItemRow(LIMITED, 10, 8, 2)],
    order_of=order_of,
)


def without(order: str) -> Evidence:
    """One order less, and its pieces back."""
    rows = [row for row in GOOD.orders if row.order != order]
    item = GOOD.items[0]
    return replace(
        GOOD, orders=rows, items=[item._replace(stock=item.stock + GOOD.rows[order].quantity), GOOD.items[1]]
    )


def also(row: OrderRow) -> Evidence:
    """One order more, its pieces taken."""
    items = [item._replace(stock=item.stock - row.quantity * (item.item == row.item)) for item in GOOD.items]
    return replace(GOOD, orders=[*GOOD.orders, row], items=items)


def told(*operations: Operation) -> Evidence:
    return replace(GOOD, operations=[*GOOD.operations, *operations])


def with_row(order: str, **words: object) -> Evidence:
    """Another row for an order."""
    return replace(GOOD, orders=[r._replace(**words) if r.order == order else r for r in GOOD.orders])  # type: ignore[arg-type]


def with_stock(stock: int) -> Evidence:
    return replace(GOOD, items=[GOOD.items[0]._replace(stock=stock), GOOD.items[1]])


ANOMALIES: dict[str, tuple[Evidence, set[str]]] = {
    "an order with a key is lost": (without(A), {"lost"}),
    "an order without a key is lost": (without("x"), {"lost"}),
    "a second order of a purchase": (also(OrderRow("y", ANN, ITEM, 2, "confirmed")), {"doubled"}),
    "a key is told two orders": (told(buys(ANN, 2, OK, "a", answer="x")), {"doubled", "wrong"}),
    "two purchases are told one order": (told(buys(BEN, 1, OK, None, answer="x")), {"doubled"}),
    "an unknown purchase happened twice": (also(OrderRow("z", BEN, ITEM, 3, "confirmed")), {"not requested"}),
    "nobody asked for it": (also(OrderRow("w", BEN, ITEM, 7, "confirmed")), {"not requested"}),
    "a refused purchase happened": (also(OrderRow(B, ANN, ITEM, 9, "confirmed")), {"refused, yet done"}),
    "a wrong quantity": (with_row(A, quantity=3), {"wrong"}),
    "a wrong user": (with_row(A, user=BEN), {"wrong"}),
    "promised and rejected": (replace(GOOD, rejected={A}), {"promised, then rejected"}),
    "promised and written as rejected": (with_row(A, status="rejected"), {"promised, then rejected"}),
    "more sold than there was": (with_stock(-1), {"oversold", "miscounted"}),
    "pieces vanished": (with_stock(8), {"miscounted"}),
    "pieces out of nothing": (with_stock(12), {"miscounted"}),
    "cancelled and alive": (told(cancels(A, OK)), {"wrongly cancelled"}),
    "cancelled by nobody": (with_row("x", status="cancelled"), {"wrongly cancelled", "miscounted"}),
    "too many for one user": (
        replace(GOOD, items=[GOOD.items[0], GOOD.items[1]._replace(limit=1)]),
        {"over the limit"},
    ),
}


def broken(evidence: Evidence) -> set[str]:
    return {name for name, check in CHECKS.items() if list(check(evidence))}


def test_where_nothing_is_wrong_nothing_is_reported() -> None:
    assert broken(GOOD) == set()


@pytest.mark.parametrize("anomaly", ANOMALIES)
def test_an_anomaly_is_reported(anomaly: str) -> None:
    evidence, names = ANOMALIES[anomaly]
    assert broken(evidence) == names


def test_every_check_is_broken_by_some_anomaly() -> None:
    assert set.union(*(names for _, names in ANOMALIES.values())) == {*CHECKS}


def test_an_unknown_purchase_may_have_happened_or_not() -> None:
    assert broken(without("nobody was told")) == set()


def test_what_waited_when_redis_was_flushed_is_counted_and_excused() -> None:
    evidence = replace(without(A), excused={A, "somebody else's"})
    assert (broken(evidence), list(excused(evidence))) == (set(), [A])


def test_a_violation_is_a_verdict() -> None:
    report = Report(without(A), {}, [], [], "")
    assert not report.holds
    assert list(report.lines())[-1].split() == ["verdict", "BROKEN"]


@pytest.mark.parametrize("seen", [{"unsettled": ["a"]}, {"dead": ["worker"]}, {"verify": "broken 3"}])
def test_the_verdict_heeds_what_no_check_sees(seen: dict[str, object]) -> None:
    calm = {"unsettled": [], "dead": [], "verify": ""}
    assert Report(GOOD, {}, **calm).holds  # type: ignore[arg-type]
    assert not Report(GOOD, {}, **{**calm, **seen}).holds  # type: ignore[arg-type]


def test_an_operation_that_never_ended_is_unknown() -> None:
    wish = Wish("c", Op.BUY, ITEM, 1, ANN, "a")
    begun = json.dumps({"n": 1, "type": "invoke", "at": 5.0, **wish._asdict()})

    assert read_log([begun]) == [Operation(wish, 5.0, float("inf"), UNKNOWN, None)]
