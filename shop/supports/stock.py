"""Pure functions about stock."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shop.constants.stock import RUN_TEXT_MAX

COUNT_DIGITS = 9


class DatabaseState(NamedTuple):
    """What MySQL says about an item on sale; `hwm` is the number of its last credit."""

    units: int
    epoch: int
    price: int
    currency: str
    limit: int | None
    hwm: int


class Adjustment(NamedTuple):
    """Pieces to add, or to take where `delta` is negative. `seen`: what could be bought as the caller saw it."""

    ref: str
    delta: int
    expected_stock: int | None
    note: str


class Difference(NamedTuple):
    """What MySQL says and what Redis said, of all that differed, as `name=value`."""

    expected: str
    found: str


def compare_with_gate(state: DatabaseState, gate: Mapping[str, str], waiting: int | None) -> Difference | None:
    """Where an open gate says something else than MySQL; None when they agree.

    `waiting`: entries and dead letters of the item's partition, None when nobody counted.
    """
    says = {name: gate.get(name, "") for name in DatabaseState._fields} | {"units": _sum_units(gate)}
    wants = {name: "" if value is None else str(value) for name, value in state._asdict().items()}
    if waiting == 0:
        says["pend"], wants["pend"] = gate.get("pend", ""), "0"
    if not gate:
        return Difference(_format_fields(wants, DatabaseState._fields), "nothing")
    differ = [name for name in wants if wants[name] != says[name]]
    return Difference(_format_fields(wants, differ), _format_fields(says, differ)) if differ else None


def may_be_unfinalized(difference: Difference) -> bool:
    """Whether it may be only that a drain has written what it has not finalized yet."""
    return {word.partition("=")[0] for word in difference.found.split()} <= {"units", "pend"}


def parse_count(text: str | None) -> int:
    """A number that Redis holds; 0 when it is not there, or nonsense that no column would take."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= COUNT_DIGITS else 0


def _format_fields(values: Mapping[str, str], names: Iterable[str]) -> str:
    return " ".join(f"{name}={values[name]}" for name in names)[:RUN_TEXT_MAX]


def _sum_units(gate: Mapping[str, str]) -> str:
    try:
        return str(int(gate["avail"]) + int(gate["pend"]))
    except (KeyError, ValueError):
        return f"{gate.get('avail')}+{gate.get('pend')}"
