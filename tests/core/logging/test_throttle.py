"""Throttling of repeated failures, with a clock set by the tests."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shop.core.logging.throttle import GROUPS_MAX, MAX_PER_MINUTE, FailureThrottle
from tests.support.polling import eventually

MINUTE = 60.0


class ThrottledLog:
    """Throttle and the summaries that it sent."""

    def __init__(self) -> None:
        self.sent: list[logging.LogRecord] = []
        self.throttle = FailureThrottle(self.sent.append)

    def log_many(self, times: int, at: float, message: str = "Redis failed: %s", **attributes: Any) -> int:
        """Return the number of equal records that pass."""
        level = attributes.pop("levelno", logging.ERROR)
        record = {"name": "shop.x", "levelno": level, "msg": message, "created": at, **attributes}
        return sum(bool(self.throttle.filter(logging.makeLogRecord({**record, "args": (n,)}))) for n in range(times))

    def summaries(self) -> list[tuple[str, int]]:
        """Return messages and counts of the summaries."""
        return [(record.getMessage(), record.suppressed) for record in self.sent]  # type: ignore[attr-defined]  # attribute of summaries


@pytest.fixture
def throttled_log() -> ThrottledLog:
    """Throttle in its first minute."""
    return ThrottledLog()


def test_ten_records_a_minute_pass_and_the_others_are_summarized(throttled_log: ThrottledLog) -> None:
    assert throttled_log.log_many(250, at=5.0) == MAX_PER_MINUTE
    assert throttled_log.summaries() == []

    throttled_log.throttle.end_minute(MINUTE)

    assert throttled_log.summaries() == [("240 more like this in a minute: Redis failed: 249", 240)]
    assert (throttled_log.sent[0].levelno, throttled_log.sent[0].name) == (logging.ERROR, "shop.x")


def test_a_record_of_the_next_minute_sends_the_summary(throttled_log: ThrottledLog) -> None:
    throttled_log.log_many(11, at=59.0)

    assert throttled_log.log_many(1, at=61.0, message="Something else") == 1

    assert [number for _, number in throttled_log.summaries()] == [1]


def test_each_minute_has_its_own_limit(throttled_log: ThrottledLog) -> None:
    assert [throttled_log.log_many(30, at=minute * MINUTE) for minute in (1, 2, 9)] == [10, 10, 10]
    throttled_log.throttle.end_minute(10 * MINUTE)
    throttled_log.throttle.end_minute(11 * MINUTE)

    assert [number for _, number in throttled_log.summaries()] == [20, 20, 20]


def test_every_record_is_logged_or_counted(throttled_log: ThrottledLog) -> None:
    logged = sum(throttled_log.log_many(times, at=second) for second, times in enumerate((7, 90, 400, 3)))
    throttled_log.throttle.end_minute(MINUTE)

    assert logged + sum(number for _, number in throttled_log.summaries()) == 500


def test_records_of_different_subjects_are_not_equal(throttled_log: ThrottledLog) -> None:
    message = "Item %s was not sold"

    logged = [
        throttled_log.log_many(25, 1.0, message, levelno=logging.WARNING, subject=f"item {item}") for item in (1, 2)
    ]
    throttled_log.throttle.end_minute(MINUTE)

    assert logged == [10, 10]
    assert [vars(record)["subject"] for record in throttled_log.sent] == ["item 1", "item 2"]


def test_records_of_different_messages_levels_loggers_or_exceptions_are_not_equal(throttled_log: ThrottledLog) -> None:
    throttled_log.log_many(10, 1.0)
    failure = (ValueError, ValueError(), None)

    for difference in ({"levelno": logging.WARNING}, {"name": "shop.y"}, {"message": "No: %s"}, {"exc_info": failure}):
        assert throttled_log.log_many(1, 1.0, **difference) == 1


@pytest.mark.parametrize("attributes", [{"levelno": logging.INFO}, {"custom_fields": dict}])
def test_records_below_warning_or_with_custom_fields_always_pass(
    throttled_log: ThrottledLog, attributes: dict[str, Any]
) -> None:
    assert throttled_log.log_many(100, 1.0, **attributes) == 100


def test_the_number_of_groups_is_bounded(throttled_log: ThrottledLog) -> None:
    for number in range(GROUPS_MAX + 50):
        throttled_log.log_many(1, 1.0, f"Made up {number}: %s")

    assert len(throttled_log.throttle._counts) == GROUPS_MAX


def test_a_wrong_log_call_is_logged_with_its_template(throttled_log: ThrottledLog) -> None:
    assert throttled_log.log_many(12, 1.0, "%d and %d") == 10
    throttled_log.throttle.end_minute(MINUTE)

    assert "%d and %d (11,)" in throttled_log.summaries()[0][0]


def test_a_clock_that_goes_back_does_not_end_the_minute(throttled_log: ThrottledLog) -> None:
    throttled_log.log_many(15, at=5 * MINUTE)
    throttled_log.throttle.end_minute(2 * MINUTE)

    assert throttled_log.summaries() == []


def test_threads_that_end_the_same_minute_send_one_summary(throttled_log: ThrottledLog) -> None:
    throttled_log.log_many(25, at=5.0)
    with ThreadPoolExecutor(2) as pool:
        with throttled_log.throttle._lock:
            # Both have seen that the minute is over, and wait for the lock.
            ends = [pool.submit(throttled_log.throttle.end_minute, MINUTE) for _ in range(2)]
            eventually(lambda: all(end.running() for end in ends))
            time.sleep(0.05)
        for end in ends:
            end.result(10)

    assert [number for _, number in throttled_log.summaries()] == [15]
