"""Check of query strings for unknown, repeated and undecodable parameters."""

from collections.abc import Callable, Container, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import request
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length

from shop.core.i18n.languages import LANGUAGE_MAX, LANGUAGE_PARAMETER, LANGUAGES, match_language
from shop.core.validation.errors import RequestValidationError

REPEATED = "Said more than once."
LANGUAGE_UNKNOWN = "Not a language of this service; those are: {allowed}."
_EMPTY_SCHEMA = Schema()
_UNKNOWN = _EMPTY_SCHEMA.error_messages["unknown"]
_NO_UTF_8 = str(fields.String.default_error_messages["invalid_utf8"])
# werkzeug keeps bytes that are not UTF-8 as they are written: `%ff` would be three characters of a value.
_PERCENT_SIGN = "%"
_TOO_LONG = Length(max=LANGUAGE_MAX).message_max.format(max=LANGUAGE_MAX)
_NO_LANGUAGE = LANGUAGE_UNKNOWN.format(allowed=", ".join(LANGUAGES))


def check_query_string(view: Callable[..., Any], *, is_page: bool = False) -> None:
    """Raise RequestValidationError for parameters that the view does not declare.

    A page for browsers is shown in another language when `lang` matches none.
    """
    schema: Schema | None = getattr(view, "__reads_query__", None)
    errors = {
        name: [message]
        for name, values in request.args.lists()
        for message in _find_messages(name, values, is_known=schema is not None or name == LANGUAGE_PARAMETER)
        if not (is_page and message is _NO_LANGUAGE)
    }
    if errors:
        if schema is not None:
            errors |= dict(_find_field_errors(schema, errors))
        raise RequestValidationError({"query": errors}, _EMPTY_SCHEMA)


def _find_field_errors(schema: Schema, known: Container[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the errors of the other parameters, each by itself.

    So they are told together, although the query as a whole is checked only after the authentication.
    """
    names = {field.data_key or name: field for name, field in schema.fields.items()}
    for name, value in request.args.items():
        if name in known or not value:
            continue
        if name not in names:
            yield name, [_UNKNOWN]
            continue
        try:
            names[name].deserialize(value)
        except ValidationError as error:
            yield name, [str(message) for message in error.messages]


def check_language(*, is_page: bool) -> None:
    """Raise RequestValidationError when `lang` matches no language.

    For routes that ignore all other parameters. Nothing is raised for a page for browsers.
    """
    if not is_page and _has_unknown_language(request.args.get(LANGUAGE_PARAMETER, "")):
        raise RequestValidationError({"query": {LANGUAGE_PARAMETER: [_NO_LANGUAGE]}}, _EMPTY_SCHEMA)


def _has_unknown_language(tag: str) -> bool:
    # An empty value is a form field that was not filled in.
    return bool(tag) and match_language(tag) is None


def _find_messages(name: str, values: list[str], *, is_known: bool) -> Iterator[str]:
    if not is_known:
        yield _UNKNOWN
    elif len(values) > 1:
        yield REPEATED
    elif name == LANGUAGE_PARAMETER and len(values[0]) > LANGUAGE_MAX:
        yield _TOO_LONG
    elif _PERCENT_SIGN in values[0] and not _is_utf_8(request.query_string):
        yield _NO_UTF_8
    elif name == LANGUAGE_PARAMETER and _has_unknown_language(values[0]):
        yield _NO_LANGUAGE


def _is_utf_8(query: bytes) -> bool:
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        return False
    return True
