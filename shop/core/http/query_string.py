"""Check of query strings for unknown, repeated and undecodable parameters."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import request
from marshmallow import Schema, fields
from marshmallow.validate import Length

from shop.core.i18n.languages import LANGUAGE_MAX, LANGUAGE_PARAMETER
from shop.core.validation.errors import RequestValidationError

REPEATED = "Said more than once."
_EMPTY_SCHEMA = Schema()
_UNKNOWN = _EMPTY_SCHEMA.error_messages["unknown"]
_NO_UTF_8 = str(fields.String.default_error_messages["invalid_utf8"])
# werkzeug keeps bytes that are not UTF-8 as they are written: `%ff` would be three characters of a value.
_PERCENT_SIGN = "%"
_TOO_LONG = Length(max=LANGUAGE_MAX).message_max.format(max=LANGUAGE_MAX)


def check_query_string(view: Callable[..., Any]) -> None:
    """Raise RequestValidationError for parameters that the view does not declare."""
    reads_query = hasattr(view, "__reads_query__")
    errors = {
        name: [message]
        for name, values in request.args.lists()
        for message in _find_messages(name, values, is_known=reads_query or name == LANGUAGE_PARAMETER)
    }
    if errors:
        raise RequestValidationError({"query": errors}, _EMPTY_SCHEMA)


def _find_messages(name: str, values: list[str], *, is_known: bool) -> Iterator[str]:
    if not is_known:
        yield _UNKNOWN
    elif len(values) > 1:
        yield REPEATED
    elif name == LANGUAGE_PARAMETER and len(values[0]) > LANGUAGE_MAX:
        yield _TOO_LONG
    elif _PERCENT_SIGN in values[0] and not _is_utf_8(request.query_string):
        yield _NO_UTF_8


def _is_utf_8(query: bytes) -> bool:
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        return False
    return True
