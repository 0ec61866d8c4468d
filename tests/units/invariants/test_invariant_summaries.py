"""Sums over the rows of one item, from which the invariants are checked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shop.constants.stock import BATCH, StockReason
from shop.supports.invariant import (
    INVARIANTS,
    EpochOrders,
    LedgerLine,
    LedgerSummary,
    OrderLine,
    OrderSummary,
    OrderTerms,
    Problem,
    split_batches,
)
from tests.units.invariants.invariant_cases import VIOLATIONS
from tests.units.invariants.item_snapshots import (
    EARLY,
    ONE,
    SNAPSHOT,
    THREE,
    TWO,
    change_gate,
    change_ledger,
    change_redis_item,
)

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
# Of three tenants, users, quantities and epochs, no two of which are equal.
FIRST = OrderLine(ONE, 1, 7, 11, 2, 250, 500, "EUR", "confirmed", 4, 9, AT)
SECOND = OrderLine(TWO, 2, 7, 12, 3, 250, 750, "EUR", "cancelled", 4, 5, AT - timedelta(seconds=1))
THIRD = OrderLine(THREE, 1, 7, 11, 5, 250, 1250, "EUR", "confirmed", 6, 1, AT + timedelta(seconds=1))


def test_orders_are_summed_by_order_tenant_buyer_and_epoch() -> None:
    summary = OrderSummary()
    for line in (FIRST, SECOND, THIRD):
        summary.add(line)

    assert summary.units == {ONE: 2, TWO: 3, THREE: 5}
    assert summary.cancelled == {TWO}
    assert summary.units_held == {11: 7}
    assert summary.tenants == {1: ONE, 2: TWO}
    assert summary.epochs == {4: EpochOrders(2, 9), 6: EpochOrders(1, 1)}


def test_recent_orders_begin_at_a_time_and_cancelled_ones_have_no_buyer() -> None:
    summary = OrderSummary()
    for line in (FIRST, SECOND, THIRD):
        summary.add_recent(line, AT)

    assert (summary.recent, summary.buyers) == ({ONE, THREE}, {11})


def test_ledger_lines_are_summed_by_reason_and_tenant() -> None:
    summary = LedgerSummary()
    lines = [
        (StockReason.SALE, LedgerLine(1, 1, -2, str(ONE), None)),
        (StockReason.RETURN, LedgerLine(2, 2, 3, str(TWO), 8)),
        (StockReason.RETURN, LedgerLine(3, 2, 5, str(EARLY), 9)),
        (StockReason.VOID, LedgerLine(4, 1, 0, "void:4:17", None)),
    ]
    for reason, line in lines:
        summary.add(reason, line, applied=8)

    assert (summary.total, summary.unapplied) == (6, 5)
    assert (summary.sold, summary.returned) == ({ONE: 2}, {TWO: 3, EARLY: 5})
    assert (summary.voids, summary.tenants) == ({(4, 17)}, {1: 2, 2: 2})


@pytest.mark.parametrize("count", [0, 1, BATCH, BATCH + 1, 2 * BATCH])
def test_batches_hold_every_id_once_in_order(count: int) -> None:
    batches = list(split_batches(iter(range(count))))

    assert [number for batch in batches for number in batch] == list(range(count))
    assert [len(batch) for batch in batches[:-1]] == [BATCH] * (len(batches) - 1)
    assert all(0 < len(batch) <= BATCH for batch in batches)


@pytest.mark.parametrize(("number", "changes", "sentence"), VIOLATIONS)
def test_a_problem_names_the_item_and_a_part_of_it(number: int, changes: dict[str, Any], sentence: str) -> None:
    (problem,) = INVARIANTS[number](replace(SNAPSHOT, **changes))

    assert problem.item_id == 7
    assert isinstance(problem.subject, str | UUID)
    assert sentence in problem.text


def test_the_first_number_of_an_epoch_without_orders_is_counted() -> None:
    snapshot = replace(SNAPSHOT, **change_ledger(voids={(2, 3), (3, 1)}))
    assert list(INVARIANTS[10](snapshot)) == []


def test_redis_may_count_from_zero_in_an_epoch_without_orders() -> None:
    snapshot = replace(SNAPSHOT, **change_redis_item(gate=change_gate(epoch="3", seq="0")))
    assert list(INVARIANTS[11](snapshot)) == []


@pytest.mark.parametrize(
    "changes", [{"tenant_id": 9}, {"item_id": 9}, {"user_id": 9}, {"quantity": 9}, {"currency": "USD"}, {}]
)
def test_an_order_whose_terms_differ_from_its_receipt_is_recorded(changes: dict[str, Any]) -> None:
    summary = OrderSummary()
    ordered, receipt = OrderTerms.of(FIRST), FIRST._replace(**changes)

    summary.record_mismatch(ONE, ordered, receipt)

    assert summary.mismatches == ({ONE: (ordered, OrderTerms.of(receipt))} if changes else {})


@pytest.mark.parametrize(("subject", "is_transient"), [(ONE, False), ("sum", True), ("user 5", True)])
def test_only_problems_of_sums_and_counters_may_pass(subject: UUID | str, *, is_transient: bool) -> None:
    assert Problem(7, subject, "item 7").is_transient is is_transient
