"""Exception codes: a number whose first three digits are the status, and a sentence."""

from typing import Any

import pytest

from shop.container import find_modules
from shop.core.errors import CoreExceptionCode, ExceptionCode, ShopError


def make(number: Any, sentence: str = "It failed.") -> type[ExceptionCode]:
    class Made(ExceptionCode):
        FAILED = number, sentence

    return Made


@pytest.mark.parametrize("number", [404, 40401, 4040111, 404_111_011, 200_101, 399_999, 600_101, 999_101, 0, -404_101])
def test_a_malformed_number_fails_when_the_class_is_made(number: int) -> None:
    with pytest.raises(ValueError, match="is no exception code"):
        make(number)


def test_a_number_of_another_class_fails_when_the_class_is_made() -> None:
    with pytest.raises(ValueError, match=r"belongs to CoreExceptionCode\.FORBIDDEN already"):
        make(CoreExceptionCode.FORBIDDEN.number)


def test_a_number_twice_in_one_class_fails_when_the_class_is_made() -> None:
    with pytest.raises(ValueError, match="belongs to"):

        class Twice(ExceptionCode):
            ONE = 409_991, "One."
            TWO = 409_991, "Two."


@pytest.mark.parametrize(("number", "status"), [(404_991, 404), (503_99_112, 503), (422_992, 422)])
def test_the_first_three_digits_are_the_status(number: int, status: int) -> None:
    assert make(number)["FAILED"].status == status


def test_the_sentence_names_the_facts() -> None:
    code = make(409_993, "Item {item_id} is gone.")["FAILED"]
    error = ShopError(code, item_id=7, left=0)
    assert str(error) == "Item 7 is gone."
    assert error.facts == {"item_id": 7, "left": 0}


def test_a_fact_cannot_smuggle_a_format_of_its_own() -> None:
    code = make(409_994, "Item {item_id} is gone.")["FAILED"]
    assert str(ShopError(code, item_id="{item_id.__class__}")) == "Item {item_id.__class__} is gone."


def test_every_code_of_the_project_ends_as_a_sentence() -> None:
    find_modules("exception_codes")
    codes = [code for kind in ExceptionCode.__subclasses__() if kind.__module__.startswith("shop.") for code in kind]
    assert len(codes) > 20
    assert [code for code in codes if not (code.sentence[0].isupper() and code.sentence.endswith("."))] == []
