"""Failures that repeat are counted; the clock is turned by hand."""

import logging
from typing import Any

import pytest

from shop.core.logging.throttle import KINDS_MAX, MOST_A_MINUTE, FailureLimit

MINUTE = 60.0


class Desk:
    """A limit, and what it said by itself."""

    def __init__(self) -> None:
        self.sums: list[logging.LogRecord] = []
        self.limit = FailureLimit(self.sums.append)

    def say(self, times: int, at: float, message: str = "Redis failed: %s", **more: Any) -> int:
        """How many of so many equal records are let through."""
        level = more.pop("levelno", logging.ERROR)
        record = {"name": "shop.x", "levelno": level, "msg": message, "created": at, **more}
        return sum(bool(self.limit.filter(logging.makeLogRecord({**record, "args": (n,)}))) for n in range(times))

    def told(self) -> list[tuple[str, int]]:
        """What it said, and the number in it."""
        return [(record.getMessage(), record.suppressed) for record in self.sums]  # type: ignore[attr-defined]  # given


@pytest.fixture
def desk() -> Desk:
    """One whose first minute has begun."""
    return Desk()


def test_ten_of_a_minute_are_logged_and_the_rest_is_one_number(desk: Desk) -> None:
    assert desk.say(250, at=5.0) == MOST_A_MINUTE
    assert desk.told() == []

    desk.limit.turn(MINUTE)

    assert desk.told() == [("240 more like this in a minute: Redis failed: 249", 240)]
    assert (desk.sums[0].levelno, desk.sums[0].name) == (logging.ERROR, "shop.x")


def test_the_number_is_said_when_the_next_record_comes_too(desk: Desk) -> None:
    desk.say(11, at=59.0)

    assert desk.say(1, at=61.0, message="Something else") == 1

    assert [number for _, number in desk.told()] == [1]


def test_every_minute_begins_anew_and_nothing_is_said_of_a_quiet_one(desk: Desk) -> None:
    assert [desk.say(30, at=minute * MINUTE) for minute in (1, 2, 9)] == [10, 10, 10]
    desk.limit.turn(10 * MINUTE)
    desk.limit.turn(11 * MINUTE)

    assert [number for _, number in desk.told()] == [20, 20, 20]


def test_nothing_is_left_uncounted(desk: Desk) -> None:
    logged = sum(desk.say(times, at=second) for second, times in enumerate((7, 90, 400, 3)))
    desk.limit.turn(MINUTE)

    assert logged + sum(number for _, number in desk.told()) == 500


def test_what_a_record_is_about_tells_it_from_its_equals(desk: Desk) -> None:
    busy = "Item %s was not sold"

    logged = [desk.say(25, 1.0, busy, levelno=logging.WARNING, subject=f"item {item}") for item in (1, 2)]
    desk.limit.turn(MINUTE)

    assert logged == [10, 10]
    assert [vars(record)["subject"] for record in desk.sums] == ["item 1", "item 2"]


def test_other_sentences_levels_loggers_and_exceptions_are_others(desk: Desk) -> None:
    desk.say(10, 1.0)
    failure = (ValueError, ValueError(), None)

    for other in ({"levelno": logging.WARNING}, {"name": "shop.y"}, {"message": "No: %s"}, {"exc_info": failure}):
        assert desk.say(1, 1.0, **other) == 1


@pytest.mark.parametrize("more", [{"levelno": logging.INFO}, {"tell": dict}])
def test_what_is_no_failure_or_a_record_of_its_own_is_never_left_out(desk: Desk, more: dict[str, Any]) -> None:
    assert desk.say(100, 1.0, **more) == 100


def test_it_remembers_a_bounded_number_of_kinds(desk: Desk) -> None:
    for number in range(KINDS_MAX + 50):
        desk.say(1, 1.0, f"Made up {number}: %s")

    assert len(desk.limit._counts) == KINDS_MAX


def test_a_slip_in_a_log_call_is_logged_with_what_there_is(desk: Desk) -> None:
    assert desk.say(12, 1.0, "%d and %d") == 10
    desk.limit.turn(MINUTE)

    assert "%d and %d (11,)" in desk.told()[0][0]


def test_a_clock_that_goes_back_ends_no_minute(desk: Desk) -> None:
    desk.say(15, at=5 * MINUTE)
    desk.limit.turn(2 * MINUTE)

    assert desk.told() == []
