import pytest

from tests.support.polling import eventually


def test_the_value_comes_back_once_the_assertion_holds() -> None:
    turns = iter([False, False, "done"])

    assert eventually(lambda: next(turns)) == "done"


def test_a_failing_assertion_is_tried_again() -> None:
    turns = iter([1, 2, 3])

    def assertion() -> None:
        assert next(turns) == 3

    eventually(assertion)


def test_the_last_failure_is_shown() -> None:
    def assertion() -> None:
        raise AssertionError("still two orders")

    with pytest.raises(AssertionError, match="still two orders"):
        eventually(assertion, timeout=0.05)


def test_what_stays_false_fails() -> None:
    with pytest.raises(AssertionError, match="stayed False"):
        eventually(lambda: False, timeout=0.05)


def test_another_error_is_not_waited_out() -> None:
    def assertion() -> None:
        raise KeyError("a typo in the test")

    with pytest.raises(KeyError):
        eventually(assertion)
