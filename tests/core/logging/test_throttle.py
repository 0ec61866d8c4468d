"""Failures that repeat are counted; the clock is turned by hand."""

import logging
from typing import Any

import pytest

from shop.core.logging.throttle import GROUPS_MAX, MAX_PER_MINUTE, FailureThrottle

MINUTE = 60.0


class ThrottledLog:
    """A limit, and what it said by itself."""

    def __init__(self) -> None:
        self.sums: list[logging.LogRecord] = []
        self.limit = FailureThrottle(self.sums.append)

    def log_many(self, times: int, at: float, message: str = "Redis failed: %s", **more: Any) -> int:
        """How many of so many equal records are let through."""
        level = more.pop("levelno", logging.ERROR)
        record = {"name": "shop.x", "levelno": level, "msg": message, "created": at, **more}
        return sum(bool(self.limit.filter(logging.makeLogRecord({**record, "args": (n,)}))) for n in range(times))

    def summaries(self) -> list[tuple[str, int]]:
        """What it said, and the number in it."""
        return [(record.getMessage(), record.suppressed) for record in self.sums]  # type: ignore[attr-defined]  # given


@pytest.fixture
def throttled_log() -> ThrottledLog:
    """One whose first minute has begun."""
    return ThrottledLog()


def test_ten_of_a_minute_are_logged_and_the_rest_is_one_number(throttled_log: ThrottledLog) -> None:
    assert throttled_log.log_many(250, at=5.0) == MAX_PER_MINUTE
    assert throttled_log.summaries() == []

    throttled_log.limit.end_minute(MINUTE)

    assert throttled_log.summaries() == [("240 more like this in a minute: Redis failed: 249", 240)]
    assert (throttled_log.sums[0].levelno, throttled_log.sums[0].name) == (logging.ERROR, "shop.x")


def test_the_number_is_said_when_the_next_record_comes_too(throttled_log: ThrottledLog) -> None:
    throttled_log.log_many(11, at=59.0)

    assert throttled_log.log_many(1, at=61.0, message="Something else") == 1

    assert [number for _, number in throttled_log.summaries()] == [1]


def test_every_minute_begins_anew_and_nothing_is_said_of_a_quiet_one(throttled_log: ThrottledLog) -> None:
    assert [throttled_log.log_many(30, at=minute * MINUTE) for minute in (1, 2, 9)] == [10, 10, 10]
    throttled_log.limit.end_minute(10 * MINUTE)
    throttled_log.limit.end_minute(11 * MINUTE)

    assert [number for _, number in throttled_log.summaries()] == [20, 20, 20]


def test_nothing_is_left_uncounted(throttled_log: ThrottledLog) -> None:
    logged = sum(throttled_log.log_many(times, at=second) for second, times in enumerate((7, 90, 400, 3)))
    throttled_log.limit.end_minute(MINUTE)

    assert logged + sum(number for _, number in throttled_log.summaries()) == 500


def test_what_a_record_is_about_tells_it_from_its_equals(throttled_log: ThrottledLog) -> None:
    busy = "Item %s was not sold"

    logged = [throttled_log.log_many(25, 1.0, busy, levelno=logging.WARNING, subject=f"item {item}") for item in (1, 2)]
    throttled_log.limit.end_minute(MINUTE)

    assert logged == [10, 10]
    assert [vars(record)["subject"] for record in throttled_log.sums] == ["item 1", "item 2"]


def test_other_sentences_levels_loggers_and_exceptions_are_others(throttled_log: ThrottledLog) -> None:
    throttled_log.log_many(10, 1.0)
    failure = (ValueError, ValueError(), None)

    for other in ({"levelno": logging.WARNING}, {"name": "shop.y"}, {"message": "No: %s"}, {"exc_info": failure}):
        assert throttled_log.log_many(1, 1.0, **other) == 1


@pytest.mark.parametrize("more", [{"levelno": logging.INFO}, {"custom_fields": dict}])
def test_what_is_no_failure_or_a_record_of_its_own_is_never_left_out(
    throttled_log: ThrottledLog, more: dict[str, Any]
) -> None:
    assert throttled_log.log_many(100, 1.0, **more) == 100


def test_it_remembers_a_bounded_number_of_kinds(throttled_log: ThrottledLog) -> None:
    for number in range(GROUPS_MAX + 50):
        throttled_log.log_many(1, 1.0, f"Made up {number}: %s")

    assert len(throttled_log.limit._counts) == GROUPS_MAX


def test_a_slip_in_a_log_call_is_logged_with_what_there_is(throttled_log: ThrottledLog) -> None:
    assert throttled_log.log_many(12, 1.0, "%d and %d") == 10
    throttled_log.limit.end_minute(MINUTE)

    assert "%d and %d (11,)" in throttled_log.summaries()[0][0]


def test_a_clock_that_goes_back_ends_no_minute(throttled_log: ThrottledLog) -> None:
    throttled_log.log_many(15, at=5 * MINUTE)
    throttled_log.limit.end_minute(2 * MINUTE)

    assert throttled_log.summaries() == []
