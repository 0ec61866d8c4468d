"""What is wrong with the words of a request: for each word where it stands, which code it earns, and sentences."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import quote

from marshmallow import Schema

from shop.core.errors import CoreExceptionCode, ExceptionCode
from shop.core.i18n.languages import translate_rendered

# A body has room for a hundred thousand words, and names as long as itself.
ERRORS_MAX = 100
# Of one word.
SENTENCES_MAX = 10
# What all of the body is called.
WHOLE_BODY = "body"
_NAME_MAX = 100


class FieldError(NamedTuple):
    """One wrong word: the place of the request that it stands in (`json`, `query`, `headers`), and the way to it.

    Its sentences are English ones, as they were found.
    """

    location: str
    path: tuple[str, ...]
    code: ExceptionCode
    sentences: tuple[str, ...]

    @property
    def name(self) -> str:
        """The word with dots: `lines.0.count`; `body` for all of it."""
        return ".".join(self.path) or WHOLE_BODY

    def messages(self) -> list[str]:
        """Its sentences in the caller's language. Of the members of a list, the list is what they speak about."""
        about = next((step for step in reversed(self.path) if not step.isdecimal()), WHOLE_BODY)
        return [translate_rendered(sentence, about) for sentence in self.sentences]


class FieldErrors(tuple[FieldError, ...]):
    """What is wrong with a request: all of it, up to a hundred words."""

    __slots__ = ()

    def messages(self) -> dict[str, list[str]]:
        """Dotted word -> its sentences, in the caller's language."""
        return {mistake.name: mistake.messages() for mistake in self}

    def as_problem_errors(self) -> Iterator[dict[str, Any]]:
        """Each sentence by itself, as RFC 9457 tells it; a JSON pointer leads to a word of the body."""
        for mistake in self:
            where = _error_source(mistake)
            for sentence in mistake.messages():
                yield {**where, "code": mistake.code.number, "detail": sentence}


def collect_field_errors(messages: dict[str, Any], schema: Schema) -> FieldErrors:
    """What webargs found: {"json": {"quantity": ["sentence", ...]}}."""
    codes = {field.data_key or name: field.metadata.get("code") for name, field in schema.fields.items()}
    found = (
        FieldError(place, way, (codes.get(way[0]) if way else None) or CoreExceptionCode.FIELD_INVALID, sentences)
        for place, inner in messages.items()
        for way, sentences in flatten_messages(inner)
    )
    return FieldErrors(islice(found, ERRORS_MAX))


def flatten_messages(messages: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Marshmallow's nested messages as (way, sentences)."""
    if not isinstance(messages, dict):
        yield path, tuple(str(message) for message in messages)
        return
    for name, inner in messages.items():
        yield from flatten_messages(inner, path if name == "_schema" else (*path, str(name)[:_NAME_MAX]))


class RequestValidationError(Exception):
    """The words of a request broke a Checker: what is wrong, and the code of the first wrong field."""

    def __init__(self, messages: dict[str, Any], schema: Schema) -> None:
        super().__init__()
        self.errors = collect_field_errors(messages, schema)
        self.code = _first_code(self.errors, schema)


def _first_code(errors: FieldErrors, schema: Schema) -> ExceptionCode:
    wrong = {mistake.path[0]: mistake.code for mistake in errors if mistake.path}
    names = (field.data_key or name for name, field in schema.fields.items())
    return next((wrong[name] for name in names if name in wrong), CoreExceptionCode.FIELD_INVALID)


def _error_source(error: FieldError) -> dict[str, str]:
    if error.location == "json":
        # As a fragment (RFC 6901, section 6): `#` is the whole body.
        return {"pointer": "#" + "".join(f"/{_escape_pointer(step)}" for step in error.path)}
    return {"header" if error.location == "headers" else "parameter": error.name}


def _escape_pointer(step: str) -> str:
    return quote(step.replace("~", "~0").replace("/", "~1"), safe="~")
