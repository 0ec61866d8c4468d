"""Schema fields with strict rules for texts, numbers, ids and times."""

import re
from copy import copy
from typing import Any, TypeVar

from marshmallow import ValidationError, fields
from marshmallow.validate import Length, Range, Regexp

from shop.core.errors import ExceptionCode

F = TypeVar("F", bound=fields.Field[Any])
ID_MAX = 2**63 - 1
MOMENT_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"
# Limit of texts that the service writes itself and that contain values of the request.
SENTENCE_MAX = 2000
_DIGITS = re.compile(r"-?[0-9]+")
_DIGITS_MAX = 18
# Category Cc of Unicode, and lone surrogates, which neither UTF-8 nor the database accepts.
_CONTROL = r"\x00-\x1f\x7f-\x9f"
_CONTROL_IN_LINES = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_SURROGATES = "\ud800-\udfff"
# Letters of every language before the @ (RFC 6531), and punycode after it.
_ATOM, _LABEL = r'[^\s\x00-\x1f\x7f-\x9f()<>\[\]:;@\\,."]+', "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# RFC 5321, section 4.5.3.1.1.
_LOCAL_MAX = 64
_NO_EMAIL = "Not a valid email address."
_EMAIL = rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+$"


class WholeNumber(fields.Integer):
    """Integer field for JSON numbers within 64 bits.

    It accepts 3 and 3.0, but not "3", 2.5, true or 10^30. With `from_text`, it also accepts the digits of a query
    parameter.
    """

    def __init__(self, *, from_text: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.from_text = from_text

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:  # noqa: ARG002 - given shape
        if self.from_text and isinstance(value, str) and _DIGITS.fullmatch(value):
            return self._parse_digits(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            raise self.make_error("invalid", input=value)
        if abs(value) > ID_MAX:
            raise self.make_error("too_large", input=value)
        return int(value)

    def _parse_digits(self, digits: str) -> int:
        if len(digits.lstrip("-")) > _DIGITS_MAX:
            raise self.make_error("too_large", input=digits)
        return int(digits)


class Text(fields.String):
    """Text field with length limits and without control characters.

    With `multiline`, newlines and tabs are accepted. A `pattern` must contain its own `^` and `$`.
    """

    default_error_messages = {"control": "No control characters."}  # noqa: RUF012 - given shape

    def __init__(
        self,
        max_length: int,
        *,
        min_length: int = 0,
        multiline: bool = False,
        pattern: str = "",
        error: str = "",
        **options: Any,
    ) -> None:
        control = _CONTROL_IN_LINES if multiline else _CONTROL
        validators = options.pop("validate", ())
        rules = [Length(min_length or None, max_length), *([Regexp(pattern, error=error)] if pattern else [])]
        rules += [validators] if callable(validators) else validators
        metadata = {"pattern": pattern or f"^[^{control}]*$", **options.pop("metadata", {})}
        super().__init__(validate=rules, metadata=metadata, **options)
        self.max_length = max_length
        self._forbidden = re.compile(f"[{control}{_SURROGATES}]")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if self._forbidden.search(text):
            raise self.make_error("control")
        return text


class Email(Text):
    """E-mail field that strips spaces and converts to lower case."""

    def __init__(self, max_length: int, **options: Any) -> None:
        metadata = {"format": "idn-email", **options.pop("metadata", {})}
        super().__init__(max_length, min_length=3, pattern=_EMAIL, error=_NO_EMAIL, metadata=metadata, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address = super()._deserialize(value, attr, data, **kwargs).strip(" ").lower()
        if len(address.partition("@")[0]) > _LOCAL_MAX:
            raise ValidationError(_NO_EMAIL)
        return address


def removable(field: F) -> F:
    """Return a copy of a field that also accepts null."""
    nullable = copy(field)
    nullable.allow_none = True
    return nullable


class OptionalHint(fields.String):
    """Text field that reads a text longer than `max_length` as empty."""

    def __init__(self, max_length: int, **options: Any) -> None:
        super().__init__(**options)
        self.max_length = max_length

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        return text if len(text) <= self.max_length else ""


class Id(WholeNumber):
    """Id of a row."""

    def __init__(self, **options: Any) -> None:
        metadata = {"example": 7, **options.pop("metadata", {})}
        super().__init__(validate=Range(1, ID_MAX), metadata=metadata, **options)


class Moment(fields.String):
    """Time in UTC in the format of RFC 3339."""

    def __init__(self, **options: Any) -> None:
        metadata = {
            "format": "date-time",
            "pattern": MOMENT_PATTERN,
            "example": "2026-01-31T12:00:00.000000Z",
            **options.pop("metadata", {}),
        }
        super().__init__(metadata=metadata, **options)


def error_code(code: ExceptionCode) -> dict[str, Any]:
    """Return field metadata with the code of an invalid value."""
    return {"code": code}
