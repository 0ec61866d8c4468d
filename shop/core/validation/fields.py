"""Schema fields with strict rules for texts, numbers, ids and times."""

import re
import unicodedata
from copy import copy
from typing import Any, Literal, TypeVar

from marshmallow import ValidationError, fields
from marshmallow.validate import Length, Range, Regexp

from shop.core.errors import ExceptionCode
from shop.core.validation.email_addresses import parse_address
from shop.core.validation.human_text import has_forbidden, is_visible, normalize_text, text_pattern

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
_NO_EMAIL = "Not a valid email address."
_EMAIL = r"^[^\s@]+@[^\s@]+$"


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


class NormalizedLength(Length):
    """Limits of the length of a text in a normal form."""

    def __init__(self, form: Literal["NFC", "NFKC"], low: int | None, high: int) -> None:
        super().__init__(low, high)
        self.form: Literal["NFC", "NFKC"] = form

    def __call__(self, value: Any) -> Any:
        """Check a text; raises ValidationError."""
        super().__call__(unicodedata.normalize(self.form, value))
        return value


class Text(fields.String):
    """Text field with length limits and without control characters.

    With `multiline`, newlines and tabs are accepted. A `pattern` must contain its own `^` and `$`. With a `form`, the
    length is that of this normal form, so that every spelling of a text fits or none.
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
        form: Literal["NFC", "NFKC"] | None = None,
        **options: Any,
    ) -> None:
        control = _CONTROL_IN_LINES if multiline else _CONTROL
        validators = options.pop("validate", ())
        low = min_length or None
        rules: list[Any] = [NormalizedLength(form, low, max_length) if form else Length(low, max_length)]
        rules += [Regexp(pattern, error=error)] if pattern else []
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


class HumanText(Text):
    """Field of a text that people write.

    The text is loaded in NFC, without outer blanks.

    Refuses a text without a visible character, and characters that separate lines or turn the direction of writing.
    """

    default_error_messages = {  # noqa: RUF012 - given shape
        "direction": "No line separators, and no characters that change the direction of writing.",
        "invisible": "At least one visible character.",
    }

    def __init__(self, max_length: int, *, min_length: int = 0, multiline: bool = False, **options: Any) -> None:
        pattern = text_pattern(multiline=multiline, may_be_empty=not min_length)
        metadata = {"pattern": pattern, **options.pop("metadata", {})}
        super().__init__(max_length, min_length=min_length, multiline=multiline, metadata=metadata, **options)
        self.multiline = multiline

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if has_forbidden(text, multiline=self.multiline):
            raise self.make_error("direction")
        text = normalize_text(text)
        if text and not is_visible(text):
            raise self.make_error("invisible")
        return text


class Email(Text):
    """Field of an e-mail address, loaded in its only spelling."""

    def __init__(self, max_length: int, **options: Any) -> None:
        metadata = {"format": "idn-email", **options.pop("metadata", {})}
        super().__init__(max_length, min_length=3, pattern=_EMAIL, error=_NO_EMAIL, metadata=metadata, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return parse_address(text)
        except ValueError:
            raise ValidationError(_NO_EMAIL) from None


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
