"""Everything that comes in and goes out has bounds: in every Checker, and in the OpenAPI document."""

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from shop.container import find_modules
from shop.core.validation.fields import OptionalHint, Text, WholeNumber
from tests.openapi.test_document import Document, api_operations, operations, resolve

# Kinds with as many values as their form has.
CLOSED = (fields.Boolean, fields.UUID)
FORMS = {"uuid", "date-time"}


def checkers() -> list[type[Schema]]:
    found = [kind for module in find_modules("checkers") for kind in vars(module).values() if isinstance(kind, type)]
    return sorted(
        {kind for kind in found if issubclass(kind, Schema) and kind is not Schema}, key=lambda it: it.__name__
    )


def unbounded(schema: Schema) -> Iterator[str]:
    """The fields that may say as much as they like."""
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
    # A text of another class would take control characters, whatever its length.
    return isinstance(field, (Text, OptionalHint, *CLOSED))


def has(field: Any, kind: type, *ends: str) -> bool:
    rules = [rule for rule in field.validators if isinstance(rule, kind)]
    return any(all(getattr(rule, end) is not None for end in ends) for rule in rules)


@pytest.mark.parametrize("checker", checkers(), ids=lambda checker: checker.__name__)
def test_every_field_of_a_checker_has_bounds(checker: type[Schema]) -> None:
    assert list(unbounded(checker())) == []


class Lines(Schema):
    """Fields that forgot something, and fields that did not."""

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
    names = {found.partition(":")[0].removeprefix("Lines.") for found in unbounded(Lines())}

    assert names == {name for name in Lines().fields if not name.startswith("good_")}


def schemas_of(document: Document) -> Iterator[tuple[str, Document]]:
    """Everything that says what a value may be, and where it says so."""
    yield from document["components"]["schemas"].items()
    for name, answer in document["components"]["responses"].items():
        yield from ((f"{name} {header}", it["schema"]) for header, it in answer["headers"].items())
    for path, item in document["paths"].items():
        yield from (
            (f"{path} {resolve(document, it)['name']}", resolve(document, it)["schema"]) for it in parameters(item)
        )
    for where, operation in operations(document):
        yield from (
            (f"{where} {resolve(document, it)['name']}", resolve(document, it)["schema"])
            for it in parameters(operation)
        )
        for answer in operation["responses"].values():
            headers = resolve(document, answer).get("headers", {})
            yield from ((f"{where} {header}", it["schema"]) for header, it in headers.items())


def parameters(thing: Document) -> list[Document]:
    return list(thing.get("parameters", []))


def loose(where: str, schema: Document) -> Iterator[str]:
    """The places below a schema that have no bounds."""
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


def test_everything_in_the_document_has_bounds(document: Document) -> None:
    found = {place for where, schema in schemas_of(document) for place in loose(where, schema)}

    # Whatever they say: a preference that is not understood is left aside (RFC 7240), and so is a tag (RFC 9110).
    assert {where for where in found if where.split()[-1] not in ("Prefer", "If-None-Match")} == set()


def test_an_object_has_no_other_members_than_it_says(document: Document) -> None:
    open_ones = {
        name
        for name, schema in document["components"]["schemas"].items()
        if schema.get("additionalProperties") is not False
    }

    # The facts of a failure stand beside the members of RFC 9457.
    assert open_ones == {"Problem"}


def test_every_operation_has_examples(document: Document) -> None:
    for where, operation in operations(document):
        if body := operation.get("requestBody"):
            assert "example" in body["content"]["application/json"], where
        for status, answer in operation["responses"].items():
            contents = resolve(document, answer).get("content", {}).values()
            assert all("example" in content for content in contents), (where, status)
        for given in parameters(operation):
            schema = resolve(document, given)["schema"]
            assert {"example", "default", "enum"} & schema.keys(), (where, given)


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
def test_an_answer_documents_the_headers_it_always_has(document: Document, status: str, headers: set[str]) -> None:
    answers = [operation["responses"].get(status) for _, operation in operations(document)]
    for answer in (resolve(document, answer) for answer in answers if answer):
        required = {name for name, header in answer["headers"].items() if header.get("required")}
        assert required >= headers | {"Content-Language"}


def test_every_operation_may_be_asked_for_what_there_is_not(document: Document) -> None:
    assert [where for where, it in api_operations(document) if not {"406", "422"} <= it["responses"].keys()] == []
