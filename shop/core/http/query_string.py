"""The query of a request: no word that nobody asked for, and none twice."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import request
from marshmallow import Schema, fields
from marshmallow.validate import Length

from shop.core.i18n.languages import LANGUAGE_MAX, LANGUAGE_WORD
from shop.core.validation.errors import InvalidWords

SAID_TWICE = "Said more than once."
_NOBODY_ASKS = Schema()
_UNKNOWN = _NOBODY_ASKS.error_messages["unknown"]
_NO_UTF_8 = str(fields.String.default_error_messages["invalid_utf8"])
# Werkzeug leaves bytes that are no UTF-8 as they are written: `%ff` would be looked for as three letters.
_LEFT = "%"
_TOO_LONG = Length(max=LANGUAGE_MAX).message_max.format(max=LANGUAGE_MAX)


def check_query(view: Callable[..., Any]) -> None:
    """Raise InvalidWords for what no view may be asked; what a view with a query Checker is asked, that one judges."""
    asks = hasattr(view, "__asks__")
    wrong = {
        name: [sentence]
        for name, said in request.args.lists()
        for sentence in _mistakes(name, said, known=asks or name == LANGUAGE_WORD)
    }
    if wrong:
        raise InvalidWords({"query": wrong}, _NOBODY_ASKS)


def _mistakes(name: str, said: list[str], *, known: bool) -> Iterator[str]:
    if not known:
        yield _UNKNOWN
    elif len(said) > 1:
        yield SAID_TWICE
    elif name == LANGUAGE_WORD and len(said[0]) > LANGUAGE_MAX:
        yield _TOO_LONG
    elif _LEFT in said[0] and not _is_utf_8(request.query_string):
        yield _NO_UTF_8


def _is_utf_8(query: bytes) -> bool:
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        return False
    return True
