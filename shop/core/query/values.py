"""Values: texts of a question, as what the word holds that they are for."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from shop.core.clock import at_microseconds, microseconds_of
from shop.core.query.errors import Sentence, Unheard
from shop.core.query.spec import VALUE_MAX, Kind, Word

Value = str | int | bool | datetime | UUID
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_TRUTHS = {"true": True, "false": False}
# Before this year MySQL promises nothing of a moment.
_YEAR_MIN = 1000


def read_value(name: str, word: Word, text: str) -> Value:
    """The value that a text means for a word; raises Unheard when the word cannot hold it."""
    value = _READ[word.kind](text)
    if value is None or (word.choices and value not in word.choices):
        facts = {"token": name, "value": text, "allowed": word.choices, "most": VALUE_MAX}
        raise Unheard(_UNFIT[word.kind], **facts)
    return value


def pack(value: object) -> str | int | bool | None:
    """A value of a row as JSON knows it."""
    if isinstance(value, datetime):
        return microseconds_of(value)
    return str(value) if isinstance(value, UUID) else value  # type: ignore[return-value]  # the others of Value are JSON


def unpack(kind: Kind, packed: str | int | None) -> Value | None:
    """The value that was packed; raises ValueError, TypeError or OverflowError when it was of another kind."""
    if packed is None or kind not in (Kind.MOMENT, Kind.UUID):
        return packed
    return at_microseconds(packed) if kind is Kind.MOMENT else UUID(packed)  # type: ignore[arg-type]  # or they raise


def _text(text: str) -> str | None:
    return text if 0 < len(text) <= VALUE_MAX else None


def _whole(text: str) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) else None


def _uuid(text: str) -> UUID | None:
    return UUID(text) if _UUID.fullmatch(text) else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.upper()).astimezone(UTC) if _MOMENT.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None
    return moment if moment and moment.year >= _YEAR_MIN else None


_READ: Mapping[Kind, Callable[[str], Value | None]] = {
    Kind.TEXT: _text,
    Kind.CHOICE: _text,
    Kind.WHOLE: _whole,
    Kind.TRUTH: _TRUTHS.get,
    Kind.MOMENT: _moment,
    Kind.UUID: _uuid,
}
_UNFIT = {
    Kind.TEXT: Sentence.UNFIT_TEXT,
    Kind.CHOICE: Sentence.UNFIT_CHOICE,
    Kind.WHOLE: Sentence.UNFIT_WHOLE,
    Kind.TRUTH: Sentence.UNFIT_TRUTH,
    Kind.MOMENT: Sentence.UNFIT_MOMENT,
    Kind.UUID: Sentence.UNFIT_UUID,
}
