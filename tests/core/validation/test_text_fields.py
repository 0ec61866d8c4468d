"""Text fields: limits, control characters, patterns and e-mail addresses."""

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
SURROGATES = ["\ud800", "\udbff", "\udc00", "\udfff"]


class TextSchema(Schema):
    text = Text(5, min_length=1)
    lines = Text(5, multiline=True)
    code = Text(3, pattern="^[A-Z]{3}$", error="Three letters.")
    email = Email(254)
    count = WholeNumber(validate=Range(1, 9))


def refusal(field: Any, value: Any) -> Any:
    with pytest.raises(ValidationError) as raised:
        field.deserialize(value)
    return raised.value.messages


@pytest.mark.parametrize("value", ["a", "     ", " a ", "é", "漢字", "😀", "\u200b", "\u202e"])
def test_a_text_is_not_changed(value: str) -> None:
    assert Text(5, min_length=1).deserialize(value) == value


@pytest.mark.parametrize("letter", CONTROL + SURROGATES, ids=ascii)
def test_a_text_with_a_control_character_is_refused(letter: str) -> None:
    assert refusal(Text(5), f"a{letter}b") == ["No control characters."]
    assert refusal(Text(5), letter) == ["No control characters."]


@pytest.mark.parametrize("letter", CONTROL + SURROGATES, ids=ascii)
def test_a_multiline_text_accepts_only_tabs_and_newlines(letter: str) -> None:
    field, value = Text(5, multiline=True), f"a{letter}b"
    if letter in "\t\n":
        assert field.deserialize(value) == value
    else:
        assert refusal(field, value) == ["No control characters."]


@pytest.mark.parametrize(("value", "fits"), [("", False), ("a", True), ("aaaaa", True), ("aaaaaa", False)])
def test_a_text_has_length_limits(value: str, fits: bool) -> None:
    if fits:
        assert Text(5, min_length=1).deserialize(value) == value
    else:
        assert refusal(Text(5, min_length=1), value) == ["Length must be between 1 and 5."]


@pytest.mark.parametrize("value", [1, 1.5, True, [], {}, ["a"]])
def test_a_value_that_is_no_text_is_refused(value: Any) -> None:
    assert refusal(Text(5), value) == ["Not a valid string."]


@pytest.mark.parametrize("value", ["EUR\n", "EURO", "eur", "\uff25\uff35\uff32"])
def test_a_pattern_is_matched_as_a_whole(value: str) -> None:
    assert refusal(Text(5, pattern="^[A-Z]{3}$", error="Three letters."), value)


@pytest.mark.parametrize(
    ("value", "loaded"),
    [
        (" A@B.c ", "a@b.c"),
        ("ÉVA@exemple.com", "éva@exemple.com"),
        ("a+b@c-d.e", "a+b@c-d.e"),
        (f"{'a' * 64}@b.c", f"{'a' * 64}@b.c"),
    ],
)
def test_an_email_address_is_stripped_and_lower_cased(value: str, loaded: str) -> None:
    assert Email(254).deserialize(value) == loaded


@pytest.mark.parametrize(
    "value",
    [f"{'a' * 65}@b.c", "a b@c.de", "a@b", "a@b..c", "a..b@c.de", "a@b.c\n", "a\0@b.c", f"a@{'b.' * 130}c"],
)
def test_an_invalid_email_address_is_refused(value: str) -> None:
    assert refusal(Email(254), value)


def test_long_invalid_email_addresses_are_refused() -> None:
    for value in ("a." * 120 + "@", "a@" + "b." * 120, "a@" + "b-" * 120 + "@", "." * 250):
        assert refusal(Email(254), value)


@pytest.mark.parametrize(("value", "loaded"), [("wait=2", "wait=2"), ("x" * 6, "x" * 6), ("x" * 7, ""), ("", "")])
def test_a_hint_that_is_too_long_is_ignored(value: str, loaded: str) -> None:
    assert OptionalHint(6).deserialize(value) == loaded


def document() -> dict[str, Any]:
    converter = Converter("3.1.0", lambda _: None, APISpec("shop", "v1", "3.1.0"))
    properties: dict[str, Any] = converter.schema2jsonschema(TextSchema())["properties"]
    return properties


def test_a_field_documents_its_limits() -> None:
    properties = document()

    assert properties["count"] == {"type": "integer", "minimum": 1, "maximum": 9}
    assert (properties["text"]["minLength"], properties["text"]["maxLength"]) == (1, 5)
    assert (properties["lines"].get("minLength"), properties["code"]["pattern"]) == (None, "^[A-Z]{3}$")
    assert properties["email"]["format"] == "idn-email"


@pytest.mark.parametrize("name", ["text", "lines"])
@pytest.mark.parametrize("letter", CONTROL, ids=ascii)
def test_the_documented_pattern_is_the_enforced_one(name: str, letter: str) -> None:
    # `$` of Python accepts a final newline, `$` of a JSON schema does not.
    pattern = document()[name]["pattern"].replace("$", r"\Z")
    accepted = re.match(pattern, f"a{letter}") is not None

    assert accepted is (name == "lines" and letter in "\t\n")


def test_an_example_is_valid_for_its_field() -> None:
    example = example_of(Schema.from_dict({"text": Text(5), "count": WholeNumber(validate=Range(1, 9))})())

    assert example == {"text": "text", "count": 1}
