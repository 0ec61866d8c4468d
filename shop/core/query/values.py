"""Conversion of query texts and cursor values to the types of fields."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from shop.core.clock import from_microseconds, to_microseconds
from shop.core.query.errors import QueryError, Sentence
from shop.core.query.spec import VALUE_MAX, FieldSpec, Kind

Value = str | int | bool | datetime | UUID
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_BOOLEANS = {"true": True, "false": False}
# MySQL supports no dates before this year.
_YEAR_MIN = 1000


def parse_value(name: str, field: FieldSpec, text: str) -> Value:
    """Parse a text as a value of a field; raises QueryError."""
    value = _PARSERS[field.kind](text)
    if value is None or (field.choices and value not in field.choices):
        facts = {"token": name, "value": text, "allowed": field.choices, "most": VALUE_MAX}
        raise QueryError(_UNFIT[field.kind], **facts)
    return value


def pack_value(value: object) -> str | int | bool | None:
    """Return a value of a row in a JSON-safe form."""
    if isinstance(value, datetime):
        return to_microseconds(value)
    return str(value) if isinstance(value, UUID) else value  # type: ignore[return-value]  # the others of Value are JSON


def unpack_value(kind: Kind, packed: str | int | None) -> Value | None:
    """Restore a packed value.

    Raises ValueError, TypeError or OverflowError when the value is of another kind.
    """
    if packed is None or kind not in (Kind.DATETIME, Kind.UUID):
        return packed
    return from_microseconds(packed) if kind is Kind.DATETIME else UUID(packed)  # type: ignore[arg-type]  # or they raise


def _parse_text(text: str) -> str | None:
    return text if 0 < len(text) <= VALUE_MAX else None


def _parse_integer(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text) else None


def _parse_uuid(text: str) -> UUID | None:
    return UUID(text) if _UUID.fullmatch(text) else None


def _parse_datetime(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.upper()).astimezone(UTC) if _DATETIME.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None
    return moment if moment and moment.year >= _YEAR_MIN else None


_PARSERS: Mapping[Kind, Callable[[str], Value | None]] = {
    Kind.TEXT: _parse_text,
    Kind.CHOICE: _parse_text,
    Kind.INTEGER: _parse_integer,
    Kind.BOOLEAN: _BOOLEANS.get,
    Kind.DATETIME: _parse_datetime,
    Kind.UUID: _parse_uuid,
}
_UNFIT = {
    Kind.TEXT: Sentence.UNFIT_TEXT,
    Kind.CHOICE: Sentence.UNFIT_CHOICE,
    Kind.INTEGER: Sentence.UNFIT_INTEGER,
    Kind.BOOLEAN: Sentence.UNFIT_BOOLEAN,
    Kind.DATETIME: Sentence.UNFIT_DATETIME,
    Kind.UUID: Sentence.UNFIT_UUID,
}
