"""Enum fields, and the registry of enums with labels."""

from enum import StrEnum
from types import ModuleType
from typing import Any

import pytest
from apispec import APISpec
from marshmallow import Schema, ValidationError

from shop.constants.stock import StockReason
from shop.core.openapi.examples import example_of
from shop.core.openapi.spec import Converter
from shop.core.validation.choices import Choice, Choices, enum_name


class Colour(StrEnum):
    """Enum with labels."""

    DEEP_RED = "deep_red"
    BLUE = "blue"

    @property
    def label(self) -> str:
        """Label in English."""
        return self.replace("_", " ").capitalize()


class Unlabelled(StrEnum):
    """Enum without labels."""

    ONE = "one"


class ColourSchema(Schema):
    colour = Choice(Colour, required=True)
    maybe = Choice(Colour, allow_none=True)


def module(*kinds: type) -> ModuleType:
    """Create a module with the given classes."""
    created = ModuleType("shop.constants.planted")
    vars(created).update({kind.__name__: kind for kind in kinds})
    return created


def test_a_choice_is_loaded_as_a_member_and_dumped_as_its_value() -> None:
    loaded = ColourSchema().load({"colour": "deep_red", "maybe": None})

    assert loaded == {"colour": Colour.DEEP_RED, "maybe": None}
    assert type(loaded["colour"]) is Colour
    dumped = ColourSchema().dump({"colour": Colour.BLUE, "maybe": "deep_red"})
    assert dumped == {"colour": "blue", "maybe": "deep_red"}
    assert type(dumped["colour"]) is str


@pytest.mark.parametrize("value", ["", "red", "DEEP_RED", "deep_red ", "Colour.BLUE", "label"])
def test_an_unknown_value_is_refused_with_the_allowed_ones(value: str) -> None:
    with pytest.raises(ValidationError) as raised:
        ColourSchema().load({"colour": value})
    assert raised.value.messages == {"colour": ["Must be one of: deep_red, blue."]}


@pytest.mark.parametrize("value", [1, 0, 1.5, True, [], ["blue"], {}, {"blue": 1}])
def test_a_value_that_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError) as raised:
        ColourSchema().load({"colour": value})
    assert raised.value.messages == {"colour": ["Not a valid string."]}


def test_a_choice_documents_its_values() -> None:
    converter = Converter("3.1.0", lambda _: None, APISpec("shop", "v1", "3.1.0"))
    properties = converter.schema2jsonschema(ColourSchema())["properties"]

    assert properties["colour"] == {"type": "string", "enum": ["deep_red", "blue"]}
    assert example_of(ColourSchema()) == {"colour": "deep_red", "maybe": "deep_red"}


def test_only_enums_with_labels_are_lists() -> None:
    choices = Choices().add_enums([module(Colour, Unlabelled, ColourSchema), module()])

    assert choices.list_all() == [{"name": "colour", "options": choices.get_options("colour")}]
    assert choices.get_options("colour") == [
        {"value": "deep_red", "label": "Deep red"},
        {"value": "blue", "label": "Blue"},
    ]


def test_two_lists_with_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="Two enums with labels are called Colour"):
        Choices().add_enums([module(Colour), module(Colour)])


def test_a_list_has_the_name_of_its_enum() -> None:
    assert enum_name(Colour) == "colour"
    assert enum_name(StockReason) == "stock_reason"
