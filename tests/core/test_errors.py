"""Exception codes: number, HTTP status and message."""

from typing import Any

import pytest

from shop.container import find_modules
from shop.core.errors import CoreExceptionCode, ExceptionCode, Retry, ShopError, default_retry, registered_codes


def make_code(number: Any, sentence: str = "It failed.") -> type[ExceptionCode]:
    class TestedExceptionCode(ExceptionCode):
        FAILED = number, sentence

    return TestedExceptionCode


@pytest.mark.parametrize("number", [404, 40401, 4040111, 404_111_011, 200_101, 399_999, 600_101, 999_101, 0, -404_101])
def test_a_malformed_number_fails_when_the_class_is_created(number: int) -> None:
    with pytest.raises(ValueError, match="is no exception code"):
        make_code(number)


def test_a_number_of_another_class_fails_when_the_class_is_created() -> None:
    with pytest.raises(ValueError, match=r"belongs to CoreExceptionCode\.FORBIDDEN already"):
        make_code(CoreExceptionCode.FORBIDDEN.number)


def test_a_duplicate_number_in_one_class_fails_when_the_class_is_created() -> None:
    with pytest.raises(ValueError, match="belongs to"):

        class DuplicateExceptionCode(ExceptionCode):
            ONE = 409_991, "One."
            TWO = 409_991, "Two."


@pytest.mark.parametrize(("number", "status"), [(404_991, 404), (503_99_112, 503), (422_992, 422)])
def test_the_first_three_digits_are_the_status(number: int, status: int) -> None:
    assert make_code(number)["FAILED"].status == status


def test_the_message_contains_the_facts() -> None:
    code = make_code(409_993, "Item {item_id} is gone.")["FAILED"]
    error = ShopError(code, item_id=7, left=0)
    assert str(error) == "Item 7 is gone."
    assert error.facts == {"item_id": 7, "left": 0}


def test_a_format_string_in_a_fact_is_not_evaluated() -> None:
    code = make_code(409_994, "Item {item_id} is gone.")["FAILED"]
    assert str(ShopError(code, item_id="{item_id.__class__}")) == "Item {item_id.__class__} is gone."


def test_every_message_of_the_project_is_a_sentence() -> None:
    find_modules("exception_codes")
    codes = [code for kind in ExceptionCode.__subclasses__() if kind.__module__.startswith("shop.") for code in kind]
    assert len(codes) > 20
    assert [code for code in codes if not (code.sentence[0].isupper() and code.sentence.endswith("."))] == []


@pytest.mark.parametrize(
    ("status", "retry"),
    [(400, "new_request"), (401, "same_key"), (403, "never"), (404, "never"), (405, "never"), (409, "new_request"),
     (412, "new_request"), (422, "new_request"), (429, "after"), (500, "same_key"), (501, "never"), (503, "after")],
)  # fmt: skip
def test_each_status_has_a_next_step(status: int, retry: str) -> None:
    assert default_retry(status) == retry


def test_a_code_that_is_over_after_a_time_is_repeated_after_it() -> None:
    find_modules("exception_codes")
    later = {code.name for code in registered_codes().values() if code.retry is Retry.AFTER}
    assert later >= {"KEY_IN_PROGRESS", "NOT_WRITTEN", "SYSTEM_BUSY", "TOO_MANY_REQUESTS", "DATABASE_UNAVAILABLE"}
    assert {CoreExceptionCode.KEY_DUPLICATE.retry, CoreExceptionCode.RECORD_CORRUPT.retry} == {Retry.NEVER}
