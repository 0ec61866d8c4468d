"""History checks: each planted anomaly is reported, and nothing else."""

import json
from dataclasses import replace

import pytest

from tests.chaos.harness.client_log import Op, Operation, Request, Result, read_log
from tests.chaos.harness.history import History, ItemRow, OrderRow
from tests.chaos.harness.history_checks import CHECKS, find_excused
from tests.chaos.harness.report import Report

ANN, BEN, ITEM, LIMITED = 1, 2, 7, 8
PRICE = 5
OK, FAIL, UNKNOWN = Result.OK, Result.FAIL, Result.UNKNOWN


def order_of(user: int, item: int, key: str) -> str:
    return f"order of {user} {item} {key}"


def buys(
    user: int, quantity: int, result: Result, key: str | None = None, *, answer: str = "", item: int = ITEM
) -> Operation:
    """Return an attempt to buy.

    A successful response contains the order of the key by default.
    """
    order_id = answer or order_of(user, item, key or "")
    request = Request("c", Op.BUY, item, quantity, user, key)
    return Operation(request, 0, 1, result, *((order_id, PRICE) if result is OK else (None, None)))


def cancels(order: str, result: Result) -> Operation:
    return Operation(Request("c", Op.CANCEL, ITEM, 0, ANN, order=order), 0, 1, result, None)


def adjusts(delta: int, result: Result) -> Operation:
    return Operation(Request("admin", Op.ADJUST, ITEM, delta, 9), 0, 1, result, None)


A, B, C = (order_of(ANN, ITEM, key) for key in "abc")
VALID = History(
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
        OrderRow(A, ANN, ITEM, 2, "confirmed", PRICE),
        OrderRow("x", BEN, ITEM, 1, "confirmed", PRICE),
        OrderRow(C, ANN, ITEM, 1, "cancelled", PRICE),
        OrderRow("unacknowledged", BEN, ITEM, 3, "confirmed", PRICE),
        OrderRow(order_of(ANN, LIMITED, "d"), ANN, LIMITED, 2, "confirmed", PRICE),
    ],
    items=[ItemRow(ITEM, 10, 9, None, PRICE), ItemRow(LIMITED, 10, 8, 2, PRICE)],
    order_of=order_of,
)


def without_order(order: str) -> History:
    """Return the history without this order; its units are in stock."""
    rows = [row for row in VALID.orders if row.order != order]
    item = VALID.items[0]
    return replace(
        VALID, orders=rows, items=[item._replace(stock=item.stock + VALID.rows[order].quantity), VALID.items[1]]
    )


def with_order(row: OrderRow) -> History:
    """Return the history with one more order and less stock."""
    items = [item._replace(stock=item.stock - row.quantity * (item.item == row.item)) for item in VALID.items]
    return replace(VALID, orders=[*VALID.orders, row], items=items)


def with_operations(*operations: Operation) -> History:
    return replace(VALID, operations=[*VALID.operations, *operations])


def with_row(order: str, **columns: object) -> History:
    """Return the history with changed columns of an order."""
    return replace(VALID, orders=[row._replace(**columns) if row.order == order else row for row in VALID.orders])  # type: ignore[arg-type]


def with_stock(stock: int) -> History:
    return replace(VALID, items=[VALID.items[0]._replace(stock=stock), VALID.items[1]])


ANOMALIES: dict[str, tuple[History, set[str]]] = {
    "an order with a key is lost": (without_order(A), {"lost"}),
    "an order without a key is lost": (without_order("x"), {"lost"}),
    "a purchase has a second order": (with_order(OrderRow("y", ANN, ITEM, 2, "confirmed", PRICE)), {"doubled"}),
    "a key has two responses": (with_operations(buys(ANN, 2, OK, "a", answer="x")), {"doubled", "wrong"}),
    "two purchases have the same order": (with_operations(buys(BEN, 1, OK, None, answer="x")), {"doubled"}),
    "a purchase of unknown outcome has two orders": (
        with_order(OrderRow("z", BEN, ITEM, 3, "confirmed", PRICE)),
        {"not requested"},
    ),
    "an order without a request": (with_order(OrderRow("w", BEN, ITEM, 7, "confirmed", PRICE)), {"not requested"}),
    "a refused purchase has an order": (
        with_order(OrderRow(B, ANN, ITEM, 9, "confirmed", PRICE)),
        {"refused, yet done"},
    ),
    "an order has a wrong quantity": (with_row(A, quantity=3), {"wrong"}),
    "an order has a wrong user": (with_row(A, user=BEN), {"wrong"}),
    "an acknowledged order is rejected": (replace(VALID, rejected={A}), {"promised, then rejected"}),
    "an acknowledged order is written as rejected": (with_row(A, status="rejected"), {"promised, then rejected"}),
    "more units are sold than existed": (with_stock(-1), {"oversold", "miscounted"}),
    "units are missing": (with_stock(8), {"miscounted"}),
    "there are too many units": (with_stock(12), {"miscounted"}),
    "a cancelled order is confirmed": (with_operations(cancels(A, OK)), {"wrongly cancelled"}),
    "an order is cancelled without a request": (with_row("x", status="cancelled"), {"wrongly cancelled", "miscounted"}),
    "an order has another price": (with_row(A, price=PRICE + 1), {"wrong price"}),
    "a user exceeds the limit": (
        replace(VALID, items=[VALID.items[0], VALID.items[1]._replace(limit=1)]),
        {"over the limit"},
    ),
}


def find_violated(history: History) -> set[str]:
    return {name for name, check in CHECKS.items() if list(check(history))}


def test_a_valid_history_has_no_violations() -> None:
    assert find_violated(VALID) == set()


@pytest.mark.parametrize("anomaly", ANOMALIES)
def test_an_anomaly_is_reported(anomaly: str) -> None:
    history, names = ANOMALIES[anomaly]
    assert find_violated(history) == names


def test_every_check_detects_an_anomaly() -> None:
    assert set.union(*(names for _, names in ANOMALIES.values())) == {*CHECKS}


def test_a_purchase_of_unknown_outcome_may_or_may_not_exist() -> None:
    assert find_violated(without_order("unacknowledged")) == set()


def test_orders_pending_at_a_redis_flush_are_counted_and_excused() -> None:
    history = replace(without_order(A), excused={A, "of another client"})
    assert (find_violated(history), list(find_excused(history))) == (set(), [A])


def test_a_violation_fails_the_verdict() -> None:
    report = Report(without_order(A), {}, [], [], "")
    assert not report.passed
    assert list(report.lines())[-1].split() == ["verdict", "BROKEN"]


@pytest.mark.parametrize("findings", [{"unsettled": ["a"]}, {"dead": ["worker"]}, {"verify": "broken 3"}])
def test_the_verdict_includes_findings_outside_the_checks(findings: dict[str, object]) -> None:
    no_findings = {"unsettled": [], "dead": [], "verify": ""}
    assert Report(VALID, {}, **no_findings).passed  # type: ignore[arg-type]
    assert not Report(VALID, {}, **{**no_findings, **findings}).passed  # type: ignore[arg-type]


def test_an_unfinished_operation_has_an_unknown_outcome() -> None:
    request = Request("c", Op.BUY, ITEM, 1, ANN, "a")
    line = json.dumps({"n": 1, "type": "invoke", "at": 5.0, **request._asdict()})

    assert read_log([line]) == [Operation(request, 5.0, float("inf"), UNKNOWN, None)]
