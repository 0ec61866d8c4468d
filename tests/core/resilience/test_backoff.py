"""Trying again: longer and longer pauses, drawn in full, within tries and budget."""

from itertools import pairwise

import pytest

from shop.core.resilience.backoff import Backoff, retry_after

LONG = 1000.0


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.moment = 100.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += seconds


def whole(_low: float, high: float) -> float:
    return high


@pytest.fixture
def time() -> FakeTime:
    """The time of one test."""
    return FakeTime()


def backoff(time: FakeTime, tries: int, budget: float = LONG, cap: float = LONG) -> Backoff:
    return Backoff(tries, budget, 1.0, cap, now=time.now, sleep=time.sleep, draw=whole)


def test_there_are_as_many_tries_as_asked_and_no_pause_after_the_last(time: FakeTime) -> None:
    assert list(backoff(time, tries=4).attempts()) == [0, 1, 2, 3]
    assert len(time.slept) == 3


def test_a_single_try_never_pauses(time: FakeTime) -> None:
    assert list(backoff(time, tries=1).attempts()) == [0]
    assert time.slept == []


def test_the_bound_of_a_pause_doubles_up_to_the_cap(time: FakeTime) -> None:
    list(backoff(time, tries=6, cap=5.0).attempts())
    assert time.slept == [1, 2, 4, 5, 5]


def test_a_pause_is_drawn_between_zero_and_its_bound(time: FakeTime) -> None:
    asked: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        asked.append((low, high))
        return high / 4

    list(Backoff(4, LONG, 1.0, LONG, now=time.now, sleep=time.sleep, draw=draw).attempts())
    assert asked == [(0, 1), (0, 2), (0, 4)]
    assert time.slept == [0.25, 0.5, 1.0]


def test_a_pause_that_the_budget_would_end_is_not_begun(time: FakeTime) -> None:
    assert list(backoff(time, tries=100, budget=7.5).attempts()) == [0, 1, 2, 3]
    assert time.slept == [1, 2, 4]


def test_what_a_try_takes_counts_against_the_budget(time: FakeTime) -> None:
    tries = 0
    for _ in backoff(time, tries=100, budget=10.0).attempts():
        tries += 1
        time.moment += 6.0
    assert (tries, time.slept) == (2, [1])


def test_who_succeeds_pauses_no_more(time: FakeTime) -> None:
    for number in backoff(time, tries=10).attempts():
        if number == 1:
            break
    assert time.slept == [1]


def test_thousands_of_tries_are_no_number_too_big(time: FakeTime) -> None:
    assert len(list(backoff(time, tries=3000, budget=1e9, cap=1.0).attempts())) == 3000


def test_a_real_clock_is_taken_when_none_is_given() -> None:
    tries = list(Backoff(3, LONG, 0.001, 0.001).attempts())
    assert [later - earlier for earlier, later in pairwise(tries)] == [1, 1]


def test_a_retry_after_is_a_whole_number_of_seconds_drawn_from_one_to_three() -> None:
    assert {retry_after() for _ in range(300)} == {1, 2, 3}
