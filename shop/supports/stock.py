"""Pure functions and records of stock."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shop.constants.stock import RUN_TEXT_MAX

COUNT_DIGITS = 9


class DatabaseState(NamedTuple):
    """State of an item in MySQL; `hwm` is the last credit number."""

    units: int
    epoch: int
    price: int
    currency: str
    limit: int | None
    hwm: int


class Adjustment(NamedTuple):
    """Stock adjustment; a negative `delta` takes pieces.

    `expected_stock`: available pieces as the caller saw them, or None.
    """

    ref: str
    delta: int
    expected_stock: int | None
    note: str


class Difference(NamedTuple):
    """Differing fields in MySQL and in Redis, as `name=value`."""

    expected: str
    found: str


def compare_with_gate(state: DatabaseState, gate: Mapping[str, str], waiting: int | None) -> Difference | None:
    """Return the difference between an open gate and MySQL, or None.

    `waiting`: number of entries and dead letters of the item's partition, None when not counted.
    """
    actual = {name: gate.get(name, "") for name in DatabaseState._fields} | {"units": _sum_units(gate)}
    expected = {name: "" if value is None else str(value) for name, value in state._asdict().items()}
    if waiting == 0:
        actual["pend"], expected["pend"] = gate.get("pend", ""), "0"
    if not gate:
        return Difference(_format_fields(expected, DatabaseState._fields), "nothing")
    if not gate.get("seq", "0").isdecimal():
        actual["seq"], expected["seq"] = gate["seq"], "number"
    differing = [name for name in expected if expected[name] != actual[name]]
    if not differing:
        return None
    return Difference(_format_fields(expected, differing), _format_fields(actual, differing))


def may_be_unfinalized(difference: Difference) -> bool:
    """Return True when a drain between commit and finalize explains the difference."""
    return {field.partition("=")[0] for field in difference.found.split()} <= {"units", "pend"}


def parse_count(text: str | None) -> int:
    """Parse a number from Redis; 0 when missing, invalid or too long."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= COUNT_DIGITS else 0


def _format_fields(values: Mapping[str, str], names: Iterable[str]) -> str:
    return " ".join(f"{name}={values[name]}" for name in names)[:RUN_TEXT_MAX]


def _sum_units(gate: Mapping[str, str]) -> str:
    try:
        return str(int(gate["avail"]) + int(gate["pend"]))
    except (KeyError, ValueError):
        return f"{gate.get('avail')}+{gate.get('pend')}"
