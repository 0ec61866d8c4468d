"""Bounds of every value in Checkers and the OpenAPI document."""

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from shop.container import find_modules
from shop.core.validation.fields import OptionalHint, Text, WholeNumber
from tests.openapi.test_document import api_operations, operations
from tests.support.openapi_document import Document, resolve

# Field types whose form limits the number of values.
CLOSED = (fields.Boolean, fields.UUID)
FORMS = {"uuid", "date-time"}


def checkers() -> list[type[Schema]]:
    found = [kind for module in find_modules("checkers") for kind in vars(module).values() if isinstance(kind, type)]
    return sorted(
        {kind for kind in found if issubclass(kind, Schema) and kind is not Schema}, key=lambda kind: kind.__name__
    )


def unbounded(schema: Schema) -> Iterator[str]:
    """Yield the fields without bounds."""
    for name, field in schema.fields.items():
        if not is_bounded(field):
            yield f"{type(schema).__name__}.{name}: {type(field).__name__}"


def is_bounded(field: Any) -> bool:
    if isinstance(field, fields.Nested):
        return list(unbounded(field.schema)) == []
    if isinstance(field, fields.List):
        return has(field, Length, "max") and is_bounded(field.inner)
    if any(isinstance(rule, OneOf) for rule in field.validators):
        return True
    if isinstance(field, WholeNumber):
        return has(field, Range, "min", "max")
    # A text field of another class would accept control characters.
    return isinstance(field, (Text, OptionalHint, *CLOSED))


def has(field: Any, kind: type, *ends: str) -> bool:
    rules = [rule for rule in field.validators if isinstance(rule, kind)]
    return any(all(getattr(rule, end) is not None for end in ends) for rule in rules)


@pytest.mark.parametrize("checker", checkers(), ids=lambda checker: checker.__name__)
def test_every_field_of_a_checker_has_bounds(checker: type[Schema]) -> None:
    assert list(unbounded(checker())) == []


class SampleChecker(Schema):
    """Fields without bounds, and `good_` fields with bounds."""

    text = fields.String()
    long_text = fields.String(validate=Length(max=10))
    number = WholeNumber()
    half = WholeNumber(validate=Range(min=1))
    float = fields.Float(validate=Range(1, 2))
    many = fields.List(Text(5))
    texts = fields.List(fields.String(), validate=Length(max=5))
    anything = fields.Raw()
    words = fields.Dict()
    inner = fields.Nested(Schema.from_dict({"text": fields.String()}))
    good_text = Text(5)
    good_number = WholeNumber(validate=Range(1, 2))
    good_many = fields.List(Text(5), validate=Length(max=5))
    good_choice = fields.String(validate=OneOf(["a"]))
    good_inner = fields.Nested(Schema.from_dict({"text": Text(5)}))


def test_a_field_without_bounds_is_found() -> None:
    names = {found.partition(":")[0].removeprefix("SampleChecker.") for found in unbounded(SampleChecker())}

    assert names == {name for name in SampleChecker().fields if not name.startswith("good_")}


def schemas_of(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield every schema of the document with its location."""
    yield from document["components"]["schemas"].items()
    for name, header in document["components"]["headers"].items():
        yield name, header["schema"]
    for path, item in document["paths"].items():
        yield from parameter_schemas(document, path, item)
    for where, operation in operations(document):
        yield from parameter_schemas(document, where, operation)


def parameter_schemas(document: Document, where: str, owner: Document) -> Iterator[tuple[str, Document]]:
    for parameter in (resolve(document, entry) for entry in parameters(owner)):
        yield f"{where} {parameter['name']}", parameter["schema"]


def parameters(owner: Document) -> list[Document]:
    return list(owner.get("parameters", []))


def loose(where: str, schema: Document) -> Iterator[str]:
    """Yield the locations below a schema that have no bounds."""
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if "string" in kinds and not ({"maxLength", "enum"} & schema.keys() or schema.get("format") in FORMS):
        yield where
    if {"integer", "number"} & kinds and not ({"minimum", "maximum"} <= schema.keys() or "enum" in schema):
        yield where
    if "array" in kinds:
        yield from () if "maxItems" in schema else (where,)
        yield from loose(f"{where}[]", schema["items"])
    for name, inner in schema.get("properties", {}).items():
        yield from loose(f"{where}.{name}", inner)


def test_every_schema_of_the_document_has_bounds(document: Document) -> None:
    unlimited = {place for where, schema in schemas_of(document) for place in loose(where, schema)}

    # An unknown preference is ignored (RFC 7240), and so is an unknown tag (RFC 9110).
    assert {where for where in unlimited if where.split()[-1] not in ("Prefer", "If-None-Match")} == set()


def test_an_object_has_no_undocumented_members(document: Document) -> None:
    open_schemas = {
        name
        for name, schema in document["components"]["schemas"].items()
        if schema.get("additionalProperties") is not False
    }

    # The details of an error are extension members of RFC 9457.
    assert open_schemas == {"Problem"}


def test_every_operation_has_examples(document: Document) -> None:
    for where, operation in operations(document):
        if body := operation.get("requestBody"):
            assert "example" in body["content"]["application/json"], where
        for status, answer in operation["responses"].items():
            contents = resolve(document, answer).get("content", {}).values()
            assert all({"example", "examples"} & content.keys() for content in contents), (where, status)
        for parameter in (resolve(document, entry) for entry in parameters(operation)):
            assert {"example", "default", "enum"} & parameter["schema"].keys() or not parameter.get("required"), where


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("201", {"Location"}),
        ("202", {"Location"}),
        ("401", {"WWW-Authenticate"}),
        ("429", {"Retry-After"}),
        ("503", {"Retry-After"}),
    ],
)
def test_a_response_documents_its_required_headers(document: Document, status: str, headers: set[str]) -> None:
    answers = [operation["responses"].get(status) for _, operation in operations(document)]
    for answer in (resolve(document, answer) for answer in answers if answer):
        documented = {name: resolve(document, header) for name, header in answer["headers"].items()}
        required = {name for name, header in documented.items() if header.get("required")}
        assert required >= headers | {"Content-Language"}


def test_every_operation_documents_not_acceptable_and_invalid_parameters(document: Document) -> None:
    responses = {where: operation["responses"].keys() for where, operation in api_operations(document)}
    assert [where for where, statuses in responses.items() if not {"406", "422"} <= statuses] == []
