"""Validation errors of the fields of a request."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import quote

from marshmallow import Schema

from shop.core.errors import CoreExceptionCode, ExceptionCode
from shop.core.i18n.languages import translate_rendered

# A body may have a hundred thousand invalid fields, and field names as long as itself.
ERRORS_MAX = 100
# Limit of messages for one field.
SENTENCES_MAX = 10
# Name of the whole body.
WHOLE_BODY = "body"
_NAME_MAX = 100


class FieldError(NamedTuple):
    """Error of one field, at `path` in the `location` of a request.

    Locations are `json`, `query` and `headers`. The sentences are in English.
    """

    location: str
    path: tuple[str, ...]
    code: ExceptionCode
    sentences: tuple[str, ...]

    @property
    def name(self) -> str:
        """Dotted path such as `lines.0.count`, or `body` for the whole body."""
        return ".".join(self.path) or WHOLE_BODY

    def messages(self) -> list[str]:
        """Translate the sentences into the caller's language.

        The error of a list member is described with the name of the list.
        """
        field_name = next((step for step in reversed(self.path) if not step.isdecimal()), WHOLE_BODY)
        return [translate_rendered(sentence, field_name) for sentence in self.sentences]


class FieldErrors(tuple[FieldError, ...]):
    """Errors of all fields of a request, at most a hundred."""

    __slots__ = ()

    def messages(self) -> dict[str, list[str]]:
        """Return messages in the caller's language by dotted path."""
        return {error.name: error.messages() for error in self}

    def as_problem_errors(self) -> Iterator[dict[str, Any]]:
        """Return one RFC 9457 error for each message.

        A field of the body is named by a JSON pointer.
        """
        for error in self:
            source = _error_source(error)
            for message in error.messages():
                yield {**source, "code": error.code.number, "detail": message}


def collect_field_errors(messages: dict[str, Any], schema: Schema) -> FieldErrors:
    """Collect the errors by location: {"json": {"quantity": ["message", ...]}}."""
    codes = {field.data_key or name: field.metadata.get("code") for name, field in schema.fields.items()}
    errors = (
        FieldError(location, path, (codes.get(path[0]) if path else None) or CoreExceptionCode.FIELD_INVALID, sentences)
        for location, nested in messages.items()
        for path, sentences in flatten_messages(nested)
    )
    return FieldErrors(islice(errors, ERRORS_MAX))


def flatten_messages(messages: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Flatten nested messages of marshmallow to pairs of path and messages."""
    if not isinstance(messages, dict):
        yield path, tuple(str(message) for message in messages)
        return
    for name, nested in messages.items():
        yield from flatten_messages(nested, path if name == "_schema" else (*path, str(name)[:_NAME_MAX]))


class RequestValidationError(Exception):
    """Failure of a request in its Checker.

    `code` is that of the first invalid field, in the order of the Checker.
    """

    def __init__(self, messages: dict[str, Any], schema: Schema) -> None:
        super().__init__()
        self.errors = collect_field_errors(messages, schema)
        self.code = _first_code(self.errors, schema)


def _first_code(errors: FieldErrors, schema: Schema) -> ExceptionCode:
    codes = {error.path[0]: error.code for error in errors if error.path}
    names = (field.data_key or name for name, field in schema.fields.items())
    return next((codes[name] for name in names if name in codes), CoreExceptionCode.FIELD_INVALID)


def _error_source(error: FieldError) -> dict[str, str]:
    if error.location == "json":
        # As a fragment (RFC 6901, section 6): `#` is the whole body.
        return {"pointer": "#" + "".join(f"/{_escape_pointer(step)}" for step in error.path)}
    return {"header" if error.location == "headers" else "parameter": error.name}


def _escape_pointer(step: str) -> str:
    return quote(step.replace("~", "~0").replace("/", "~1"), safe="~")
