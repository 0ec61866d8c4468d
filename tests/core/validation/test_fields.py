"""Integer fields, and validation errors by field."""

import math
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields

from shop.core.errors import CoreExceptionCode
from shop.core.validation.errors import RequestValidationError
from shop.core.validation.fields import WholeNumber, error_code
from shop.exception_codes.order import OrderExceptionCode

READ = [
    (3, 3),
    (3.0, 3),
    (-3, -3),
    (0, 0),
    (-0.0, 0),
    (1e3, 1000),
    (2**63 - 1, 2**63 - 1),
    (-(2**63) + 1, -(2**63) + 1),
]
REFUSED = ["3", "", "x", 2.5, True, False, None, [], {}, [3], math.nan, math.inf, -math.inf, 2**63, 10**30, 1e300, 1e19]
READ_AS_TEXT = [("3", 3), ("-3", -3), ("007", 7), ("9" * 18, 10**18 - 1), (3, 3)]
REFUSED_AS_TEXT = ["", " 3", "3 ", "3.0", "+3", "1e3", "0x1", "1_000", "٣", "9" * 19, "9" * 5000, "--3", "true"]


class Lines(Schema):
    count = WholeNumber(required=True, metadata=error_code(OrderExceptionCode.QUANTITY_FORMAT))
    note = fields.String(required=True, metadata=error_code(OrderExceptionCode.NOT_FOUND))
    plain = fields.String()


@pytest.mark.parametrize(("value", "number"), READ)
def test_a_whole_number_is_read(value: Any, number: int) -> None:
    loaded = WholeNumber().deserialize(value)
    assert (loaded, type(loaded)) == (number, int)


@pytest.mark.parametrize("value", REFUSED, ids=lambda value: repr(value)[:20])
def test_a_value_that_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        WholeNumber().deserialize(value)


@pytest.mark.parametrize(("text", "number"), READ_AS_TEXT)
def test_digits_in_a_query_are_read_as_a_number(text: Any, number: int) -> None:
    assert WholeNumber(from_text=True).deserialize(text) == number


def test_too_many_digits_are_a_number_that_is_too_large() -> None:
    with pytest.raises(ValidationError, match="Number too large"):
        WholeNumber(from_text=True).deserialize("9" * 19)


@pytest.mark.parametrize("text", REFUSED_AS_TEXT, ids=lambda text: text[:20])
def test_a_query_text_that_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        WholeNumber(from_text=True).deserialize(text)


def test_nested_messages_get_dotted_names_and_pointers() -> None:
    messages = {"lines": {0: {"count": ["One."]}, "_schema": ["Two."]}, "a/b~c": ["Three."]}
    errors = RequestValidationError({"json": messages}, Lines()).errors
    assert errors.messages() == {"lines.0.count": ["One."], "lines": ["Two."], "a/b~c": ["Three."]}
    assert [problem["pointer"] for problem in errors.as_problem_errors()] == ["#/lines/0/count", "#/lines", "#/a~1b~0c"]


@pytest.mark.parametrize("messages", [{"_schema": ["Not an object."]}, ["Not an object."]])
def test_an_error_of_the_whole_body_is_named_body(messages: Any) -> None:
    errors = RequestValidationError({"json": messages}, Lines()).errors
    assert errors.messages() == {"body": ["Not an object."]}
    assert [problem["pointer"] for problem in errors.as_problem_errors()] == ["#"]


def test_the_code_is_that_of_the_first_invalid_field() -> None:
    error = RequestValidationError({"json": {"note": ["Two."], "count": ["One."]}}, Lines())
    assert error.code is OrderExceptionCode.QUANTITY_FORMAT
    assert error.errors.messages() == {"note": ["Two."], "count": ["One."]}


@pytest.mark.parametrize("wrong", ["plain", "unknown"])
def test_a_field_without_a_code_gives_the_general_code(wrong: str) -> None:
    assert RequestValidationError({"json": {wrong: ["No."]}}, Lines()).code is CoreExceptionCode.FIELD_INVALID
