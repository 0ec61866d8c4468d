"""Polling until an assertion holds."""

import pytest

from tests.support.polling import eventually


def test_the_value_of_the_assertion_is_returned() -> None:
    results = iter([False, False, "done"])

    assert eventually(lambda: next(results)) == "done"


def test_a_failing_assertion_is_repeated() -> None:
    results = iter([1, 2, 3])

    def assertion() -> None:
        assert next(results) == 3

    eventually(assertion)


def test_the_last_failure_is_raised_after_the_timeout() -> None:
    def assertion() -> None:
        raise AssertionError("still two orders")

    with pytest.raises(AssertionError, match="still two orders"):
        eventually(assertion, timeout=0.05)


def test_a_value_that_stays_false_fails() -> None:
    with pytest.raises(AssertionError, match="stayed False"):
        eventually(lambda: False, timeout=0.05)


def test_other_errors_are_raised_at_once() -> None:
    def assertion() -> None:
        raise KeyError("a typo in the test")

    with pytest.raises(KeyError):
        eventually(assertion)
