"""Texts of requests: bounded, without control characters, and changed only where the field says so."""

import re
from typing import Any

import pytest
from apispec import APISpec
from marshmallow import Schema, ValidationError
from marshmallow.validate import Range

from shop.core.openapi.examples import example_of
from shop.core.openapi.spec import Converter
from shop.core.validation.fields import Email, OptionalHint, Text, WholeNumber

CONTROL = [chr(number) for number in (*range(0x20), *range(0x7F, 0xA0))]
HALVES = ["\ud800", "\udbff", "\udc00", "\udfff"]


class Words(Schema):
    text = Text(5, min_length=1)
    lines = Text(5, multiline=True)
    code = Text(3, pattern="^[A-Z]{3}$", error="Three letters.")
    email = Email(254)
    count = WholeNumber(validate=Range(1, 9))


def refusal(field: Any, value: Any) -> Any:
    with pytest.raises(ValidationError) as refused:
        field.deserialize(value)
    return refused.value.messages


@pytest.mark.parametrize("value", ["a", "     ", " a ", "é", "漢字", "😀", "\u200b", "\u202e"])
def test_a_text_is_what_was_said(value: str) -> None:
    assert Text(5, min_length=1).deserialize(value) == value


@pytest.mark.parametrize("letter", CONTROL + HALVES, ids=ascii)
def test_a_text_has_no_control_characters(letter: str) -> None:
    assert refusal(Text(5), f"a{letter}b") == ["No control characters."]
    assert refusal(Text(5), letter) == ["No control characters."]


@pytest.mark.parametrize("letter", CONTROL + HALVES, ids=ascii)
def test_of_control_characters_lines_have_tabs_and_ends_only(letter: str) -> None:
    field, value = Text(5, multiline=True), f"a{letter}b"
    if letter in "\t\n":
        assert field.deserialize(value) == value
    else:
        assert refusal(field, value) == ["No control characters."]


@pytest.mark.parametrize(("value", "fits"), [("", False), ("a", True), ("aaaaa", True), ("aaaaaa", False)])
def test_a_text_has_bounds(value: str, fits: bool) -> None:
    if fits:
        assert Text(5, min_length=1).deserialize(value) == value
    else:
        assert refusal(Text(5, min_length=1), value) == ["Length must be between 1 and 5."]


@pytest.mark.parametrize("value", [1, 1.5, True, [], {}, ["a"]])
def test_what_is_no_text_is_refused(value: Any) -> None:
    assert refusal(Text(5), value) == ["Not a valid string."]


@pytest.mark.parametrize("value", ["EUR\n", "EURO", "eur", "\uff25\uff35\uff32"])
def test_a_pattern_is_matched_as_a_whole(value: str) -> None:
    assert refusal(Text(5, pattern="^[A-Z]{3}$", error="Three letters."), value)


@pytest.mark.parametrize(
    ("said", "read"), [(" A@B.c ", "a@b.c"), ("ÉVA@exemple.com", "éva@exemple.com"), ("a+b@c-d.e", "a+b@c-d.e")]
)
def test_an_address_is_read_without_blanks_in_lower_case(said: str, read: str) -> None:
    assert Email(254).deserialize(said) == read


@pytest.mark.parametrize(
    "said",
    [f"{'a' * 65}@b.c", "a b@c.de", "a@b", "a@b..c", "a..b@c.de", "a@b.c\n", "a\0@b.c", f"a@{'b.' * 130}c", "a@é.de"],
)
def test_what_is_no_address_is_refused(said: str) -> None:
    assert refusal(Email(254), said)


def test_no_address_takes_long_to_refuse() -> None:
    for said in ("a." * 120 + "@", "a@" + "b." * 120, "a@" + "b-" * 120 + "@", "." * 250):
        assert refusal(Email(254), said)


@pytest.mark.parametrize(("said", "read"), [("wait=2", "wait=2"), ("x" * 6, "x" * 6), ("x" * 7, ""), ("", "")])
def test_a_hint_that_is_too_long_is_none(said: str, read: str) -> None:
    assert OptionalHint(6).deserialize(said) == read


def document() -> dict[str, Any]:
    converter = Converter("3.1.0", lambda _: None, APISpec("shop", "v1", "3.1.0"))
    properties: dict[str, Any] = converter.schema2jsonschema(Words())["properties"]
    return properties


def test_a_field_documents_what_it_takes() -> None:
    said = document()

    assert said["count"] == {"type": "integer", "minimum": 1, "maximum": 9}
    assert (said["text"]["minLength"], said["text"]["maxLength"]) == (1, 5)
    assert (said["lines"].get("minLength"), said["code"]["pattern"]) == (None, "^[A-Z]{3}$")
    assert said["email"]["format"] == "idn-email"


@pytest.mark.parametrize("name", ["text", "lines"])
@pytest.mark.parametrize("letter", CONTROL, ids=ascii)
def test_the_pattern_that_is_documented_is_the_one_that_counts(name: str, letter: str) -> None:
    # `$` of Python would let a last newline pass; those who read the document know no such exception.
    pattern = document()[name]["pattern"].replace("$", r"\Z")
    taken = re.match(pattern, f"a{letter}") is not None

    assert taken is (name == "lines" and letter in "\t\n")


def test_an_example_is_what_its_field_takes() -> None:
    example = example_of(Schema.from_dict({"text": Text(5), "count": WholeNumber(validate=Range(1, 9))})())

    assert example == {"text": "text", "count": 1}
