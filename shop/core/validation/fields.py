"""The wire: JSON in and out, path ids, and fields that read texts and numbers rightly."""

import re
from typing import Any

from marshmallow import ValidationError, fields
from marshmallow.validate import Length, Range, Regexp

from shop.core.errors import ExceptionCode

ID_MAX = 2**63 - 1
MOMENT_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"
# What we say ourselves, with what we tell back.
SENTENCE_MAX = 2000
_DIGITS = re.compile(r"-?[0-9]+")
_DIGITS_MAX = 18
# Cc of Unicode; and halves of characters, which UTF-8 does not know and no database takes.
_CONTROL = r"\x00-\x1f\x7f-\x9f"
_CONTROL_IN_LINES = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_SURROGATES = "\ud800-\udfff"
# Letters of every language before the sign (RFC 6531); behind it punycode, as in every address of the Web.
_ATOM, _LABEL = r'[^\s\x00-\x1f\x7f-\x9f()<>\[\]:;@\\,."]+', "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# RFC 5321, section 4.5.3.1.1.
_LOCAL_MAX = 64
_NO_EMAIL = "Not a valid email address."
_EMAIL = rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+$"


class WholeNumber(fields.Integer):
    """A JSON whole number: 3 and 3.0, but not "3", 2.5, true or 10^30. With `from_text`, digits of a query."""

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
    """A text of `least` to `most` characters, none of them a control character; with `lines`, it may have several.

    Lines end with a newline, and may have tabs. A `pattern` is matched from its `^` to its `$`.
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
        own = options.pop("validate", ())
        rules = [Length(min_length or None, max_length), *([Regexp(pattern, error=error)] if pattern else [])]
        said = {"pattern": pattern or f"^[^{control}]*$", **options.pop("metadata", {})}
        super().__init__(validate=[*rules, *([own] if callable(own) else own)], metadata=said, **options)
        self.max_length = max_length
        self._forbidden = re.compile(f"[{control}{_SURROGATES}]")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if self._forbidden.search(text):
            raise self.make_error("control")
        return text


class Email(Text):
    """An e-mail address: blanks around it do not count, and neither does upper case."""

    def __init__(self, max_length: int, **options: Any) -> None:
        said = {"format": "idn-email", **options.pop("metadata", {})}
        super().__init__(max_length, min_length=3, pattern=_EMAIL, error=_NO_EMAIL, metadata=said, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address = super()._deserialize(value, attr, data, **kwargs).strip(" ").lower()
        if len(address.partition("@")[0]) > _LOCAL_MAX:
            raise ValidationError(_NO_EMAIL)
        return address


class OptionalHint(fields.String):
    """A text that is left aside when it is longer than `most`: whatever it says, nothing is refused for it."""

    def __init__(self, max_length: int, **options: Any) -> None:
        super().__init__(**options)
        self.max_length = max_length

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        return text if len(text) <= self.max_length else ""


class Id(WholeNumber):
    """The id of a row."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=Range(1, ID_MAX), metadata={"example": 7}, **options)


class Moment(fields.String):
    """A moment in UTC, as RFC 3339 writes it."""

    def __init__(self, **options: Any) -> None:
        said = {"format": "date-time", "pattern": MOMENT_PATTERN, "example": "2026-01-31T12:00:00.000000Z"}
        super().__init__(metadata=said, **options)


def error_code(code: ExceptionCode) -> dict[str, Any]:
    """Field metadata: the code that a wrong word in this field earns."""
    return {"code": code}
