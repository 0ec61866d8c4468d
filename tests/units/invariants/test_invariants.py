"""Invariants over a consistent snapshot, and over every violation."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shop.repositories import order, stock_ledger
from shop.supports.invariant import INVARIANTS, ItemSnapshot, LedgerLine, OrderLine, OrderSummary
from tests.units.invariants.invariant_cases import CONSISTENT, SINGLE, SOLD_OUT, VIOLATIONS
from tests.units.invariants.item_snapshots import ONE, SNAPSHOT


def problems(number: int, changes: dict[str, Any]) -> list[str]:
    return [problem.text for problem in INVARIANTS[number](replace(SNAPSHOT, **changes))]


def test_there_are_seventeen_numbered_invariants() -> None:
    assert list(INVARIANTS) == list(range(1, 18))
    assert all((check.__doc__ or "").startswith(f"Check invariant {number}: ") for number, check in INVARIANTS.items())


@pytest.mark.parametrize("number", INVARIANTS)
def test_a_consistent_snapshot_breaks_no_invariant(number: int) -> None:
    assert problems(number, {}) == []


@pytest.mark.parametrize(("number", "changes", "sentence"), VIOLATIONS)
def test_a_violation_is_reported_with_item_and_numbers(number: int, changes: dict[str, Any], sentence: str) -> None:
    (problem,) = problems(number, changes)
    assert problem.startswith("item 7")
    assert sentence in problem


@pytest.mark.parametrize(("number", "changes"), CONSISTENT)
def test_a_consistent_change_breaks_nothing(number: int, changes: dict[str, Any]) -> None:
    assert problems(number, changes) == []


@pytest.mark.parametrize(("number", "changes"), SINGLE.items())
def test_each_invariant_can_be_the_only_one_that_breaks(number: int, changes: dict[str, Any]) -> None:
    assert [broken for broken in INVARIANTS if problems(broken, changes)] == [number]


def test_an_item_that_sold_out_too_early_also_breaks_the_agreement_of_stores() -> None:
    assert [number for number in INVARIANTS if problems(number, SOLD_OUT)] == [3, 15]


def test_every_invariant_has_a_violation() -> None:
    assert {number for number, *_ in VIOLATIONS} == set(INVARIANTS)


def test_a_missing_item_owns_neither_orders_nor_lines() -> None:
    snapshot: ItemSnapshot = replace(SNAPSHOT, tenant_id=None)
    assert len(list(INVARIANTS[16](snapshot))) == 4


@pytest.mark.parametrize(
    ("total", "wrong"), [(750, False), (749, True), (751, True), (250, True), (3, True), (-750, True)]
)
def test_only_pieces_times_unit_price_is_the_total_of_an_order(total: int, *, wrong: bool) -> None:
    summary = OrderSummary()
    summary.add(OrderLine(ONE, 1, 7, 5, 3, 250, total, "EUR", "cancelled", 2, 1, datetime.now(UTC)))

    assert summary.wrong_totals == ({ONE: (total, 750)} if wrong else {})


@pytest.mark.parametrize(("query", "line"), [(order._LINE_QUERY, OrderLine), (stock_ledger._LINE, LedgerLine)])
def test_query_columns_match_the_fields_of_a_line(query: Any, line: Any) -> None:
    assert tuple(column.name for column in query.selected_columns) == line._fields
