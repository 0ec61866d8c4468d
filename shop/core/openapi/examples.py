"""Examples for the documentation: declared or the least valid value."""

from collections.abc import Callable
from typing import Any, Protocol

from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Range
from werkzeug.http import HTTP_STATUS_CODES

UUID = "0198c0de-7f2a-7c31-9d5e-3f1b2a4c6d8e"


class SuccessCode(Protocol):
    """Number and message of a success."""

    @property
    def number(self) -> int:
        """Business code, which starts with the status."""

    @property
    def sentence(self) -> str:
        """English message."""


def example_of(schema: Schema) -> dict[str, Any]:
    """Return a valid example of a request."""
    # Schemas whose fields depend on each other have an example of their own.
    own: dict[str, Any] | None = getattr(schema, "document", {}).get("example")
    return own or {field.data_key or name: _example(field) for name, field in schema.fields.items()}


def success_example(envelope: Schema, status: int, success: SuccessCode | None = None) -> dict[str, Any]:
    """Return the example of a success in its envelope.

    It has the fields that a response always has, and not those that a client asks for.
    """
    code, message = (success.number, success.sentence) if success else (status, HTTP_STATUS_CODES[status])
    return _response_example(envelope) | {"code": code, "message": message}


def _response_example(schema: Schema) -> dict[str, Any]:
    # The fields of a list row are all optional; `usual_fields` are those of a row without a `filter`.
    usual = getattr(schema, "usual_fields", None)
    return {
        name: _example(field, _response_example)
        for name, field in schema.fields.items()
        if (field.required if usual is None else name in usual) or "example" in field.metadata
    }


def _example(field: Any, describe: Callable[[Schema], dict[str, Any]] = example_of) -> Any:
    if "example" in field.metadata:
        return field.metadata["example"]
    if isinstance(field, fields.Nested):
        return describe(field.schema)
    if isinstance(field, fields.List):
        return [_example(field.inner, describe)]
    return next(_allowed_values(field))


def _allowed_values(field: Any) -> Any:
    yield from (next(iter(rule.choices)) for rule in field.validators if isinstance(rule, OneOf))
    if field.allow_none:
        yield None
    yield from (rule.min for rule in field.validators if isinstance(rule, Range))
    kinds = {fields.UUID: UUID, fields.Boolean: True, fields.Dict: {}}
    yield from (example for kind, example in kinds.items() if isinstance(field, kind))
    yield "text"
