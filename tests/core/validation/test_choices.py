"""Choices: read as members, told as values, and lists of what people call them."""

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
    """What a test chooses from."""

    DEEP_RED = "deep_red"
    BLUE = "blue"

    @property
    def label(self) -> str:
        """What people call it."""
        return self.replace("_", " ").capitalize()


class Silent(StrEnum):
    """What nobody but the code names."""

    ONE = "one"


class Words(Schema):
    colour = Choice(Colour, required=True)
    maybe = Choice(Colour, allow_none=True)


def module(*kinds: type) -> ModuleType:
    """A module that holds them."""
    made = ModuleType("shop.constants.planted")
    vars(made).update({kind.__name__: kind for kind in kinds})
    return made


def test_a_choice_is_read_as_a_member_and_told_as_its_value() -> None:
    read = Words().load({"colour": "deep_red", "maybe": None})

    assert read == {"colour": Colour.DEEP_RED, "maybe": None}
    assert type(read["colour"]) is Colour
    told = Words().dump({"colour": Colour.BLUE, "maybe": "deep_red"})
    assert told == {"colour": "blue", "maybe": "deep_red"}
    assert type(told["colour"]) is str


@pytest.mark.parametrize("said", ["", "red", "DEEP_RED", "deep_red ", "Colour.BLUE", "label"])
def test_what_is_none_of_them_is_refused_with_what_there_is(said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Words().load({"colour": said})
    assert refused.value.messages == {"colour": ["Must be one of: deep_red, blue."]}


@pytest.mark.parametrize("said", [1, 0, 1.5, True, [], ["blue"], {}, {"blue": 1}])
def test_what_is_no_text_is_refused(said: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Words().load({"colour": said})
    assert refused.value.messages == {"colour": ["Not a valid string."]}


def test_a_choice_documents_what_there_is() -> None:
    said = Converter("3.1.0", lambda _: None, APISpec("shop", "v1", "3.1.0")).schema2jsonschema(Words())["properties"]

    assert said["colour"] == {"type": "string", "enum": ["deep_red", "blue"]}
    assert example_of(Words()) == {"colour": "deep_red", "maybe": "deep_red"}


def test_enums_with_labels_are_lists_and_others_are_not() -> None:
    choices = Choices().add_enums([module(Colour, Silent, Words), module()])

    assert choices.list_all() == [{"name": "colour", "options": choices.get_options("colour")}]
    assert choices.get_options("colour") == [
        {"value": "deep_red", "label": "Deep red"},
        {"value": "blue", "label": "Blue"},
    ]


def test_two_lists_of_one_name_stop_the_start() -> None:
    with pytest.raises(ValueError, match="Two enums with labels are called Colour"):
        Choices().add_enums([module(Colour), module(Colour)])


def test_a_list_is_called_after_its_enum() -> None:
    assert enum_name(Colour) == "colour"
    assert enum_name(StockReason) == "stock_reason"
