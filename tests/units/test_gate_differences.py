"""Differences between an open gate and MySQL."""

import pytest

from shop.constants.stock import RUN_TEXT_MAX
from shop.supports.stock import DatabaseState, Difference, compare_with_gate, may_be_unfinalized, parse_count

# No two values are equal; the units are available plus pending pieces.
STATE = DatabaseState(units=17, epoch=2, price=650, currency="EUR", limit=4, hwm=9)
GATE = {"avail": "12", "pend": "5", "epoch": "2", "price": "650", "currency": "EUR", "limit": "4", "hwm": "9"}
WHOLE = "units=17 epoch=2 price=650 currency=EUR limit=4 hwm=9"


def test_an_equal_gate_has_no_difference() -> None:
    assert compare_with_gate(STATE, GATE, None) is None


def test_a_missing_gate_differs_in_every_field() -> None:
    assert compare_with_gate(STATE, {}, None) == Difference(WHOLE, "nothing")
    assert compare_with_gate(STATE, {}, 0) == Difference(WHOLE, "nothing")


@pytest.mark.parametrize(
    ("change", "expected", "found"),
    [
        ({"avail": "13"}, "units=17", "units=18"),
        ({"pend": "4"}, "units=17", "units=16"),
        ({"epoch": "3"}, "epoch=2", "epoch=3"),
        ({"price": "250", "hwm": "8"}, "price=650 hwm=9", "price=250 hwm=8"),
        ({"avail": "many"}, "units=17", "units=many+5"),
    ],
)
def test_a_difference_names_the_fields_and_both_values(change: dict[str, str], expected: str, found: str) -> None:
    assert compare_with_gate(STATE, GATE | change, None) == Difference(expected, found)


def test_a_missing_field_is_empty_or_none() -> None:
    without = {name: value for name, value in GATE.items() if name not in {"limit", "avail"}}
    assert compare_with_gate(STATE, without, None) == Difference("units=17 limit=4", "units=None+5 limit=")
    unlimited = {name: value for name, value in GATE.items() if name != "limit"}
    assert compare_with_gate(STATE._replace(limit=None), unlimited, None) is None


@pytest.mark.parametrize(("waiting", "difference"), [(None, None), (1, None), (0, Difference("pend=0", "pend=5"))])
def test_pending_pieces_need_an_entry(waiting: int | None, difference: Difference | None) -> None:
    assert compare_with_gate(STATE, GATE, waiting) == difference


def test_nothing_is_pending_without_entries() -> None:
    assert compare_with_gate(STATE, GATE | {"avail": "17", "pend": "0"}, 0) is None
    empty = {name: value for name, value in GATE.items() if name != "pend"}
    assert compare_with_gate(STATE, empty, 0) == Difference("units=17 pend=0", "units=12+None pend=")


def test_a_difference_fits_into_its_column() -> None:
    found = compare_with_gate(STATE, GATE | {"currency": "x" * 2 * RUN_TEXT_MAX}, None)
    assert found
    assert len(found.found) == RUN_TEXT_MAX


@pytest.mark.parametrize(
    ("found", "explained"),
    [("units=18", True), ("pend=5", True), ("units=18 pend=5", True), ("epoch=3", False), ("units=18 epoch=3", False)],
)
def test_only_pieces_may_differ_while_a_drain_is_under_way(found: str, *, explained: bool) -> None:
    assert may_be_unfinalized(Difference("", found)) is explained


@pytest.mark.parametrize(
    ("text", "count"),
    [("7", 7), ("123456789", 123456789), ("1234567890", 0), ("", 0), (None, 0), ("-1", 0), ("7.5", 0), ("\u0667", 0)],
)
def test_a_number_of_redis_has_up_to_nine_digits(text: str | None, count: int) -> None:
    assert parse_count(text) == count
