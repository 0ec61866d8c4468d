"""Examples for the documentation: declared or the least valid value."""

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Range

UUID = "0198c0de-7f2a-7c31-9d5e-3f1b2a4c6d8e"


def example_of(schema: Schema) -> dict[str, Any]:
    """Return a valid example of a schema."""
    # Schemas whose fields depend on each other have an example of their own.
    own: dict[str, Any] | None = getattr(schema, "document", {}).get("example")
    return own or {field.data_key or name: _example(field) for name, field in schema.fields.items()}


def _example(field: Any) -> Any:
    if "example" in field.metadata:
        return field.metadata["example"]
    if isinstance(field, fields.Nested):
        return example_of(field.schema)
    if isinstance(field, fields.List):
        return [_example(field.inner)]
    return next(_allowed_values(field))


def _allowed_values(field: Any) -> Any:
    yield from (next(iter(rule.choices)) for rule in field.validators if isinstance(rule, OneOf))
    if field.allow_none:
        yield None
    yield from (rule.min for rule in field.validators if isinstance(rule, Range))
    kinds = {fields.UUID: UUID, fields.Boolean: True, fields.Dict: {}}
    yield from (example for kind, example in kinds.items() if isinstance(field, kind))
    yield "text"
