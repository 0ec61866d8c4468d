"""Back-off: number of attempts, pauses and budget."""

from itertools import pairwise

import pytest

from shop.core.resilience.backoff import Backoff, retry_after

LONG = 1000.0


class FakeTime:
    """A clock that only `sleep` advances."""

    def __init__(self) -> None:
        self.moment = 100.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += seconds


def draw_longest(_low: float, high: float) -> float:
    return high


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


def backoff(time: FakeTime, tries: int, budget: float = LONG, cap: float = LONG) -> Backoff:
    return Backoff(tries, budget, 1.0, cap, now=time.now, sleep=time.sleep, draw=draw_longest)


def test_there_is_no_pause_after_the_last_attempt(time: FakeTime) -> None:
    assert list(backoff(time, tries=4).attempts()) == [0, 1, 2, 3]
    assert len(time.slept) == 3


def test_a_single_attempt_has_no_pause(time: FakeTime) -> None:
    assert list(backoff(time, tries=1).attempts()) == [0]
    assert time.slept == []


def test_the_longest_pause_doubles_up_to_the_cap(time: FakeTime) -> None:
    list(backoff(time, tries=6, cap=5.0).attempts())
    assert time.slept == [1, 2, 4, 5, 5]


def test_a_pause_is_random_between_zero_and_its_bound(time: FakeTime) -> None:
    bounds: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        bounds.append((low, high))
        return high / 4

    list(Backoff(4, LONG, 1.0, LONG, now=time.now, sleep=time.sleep, draw=draw).attempts())
    assert bounds == [(0, 1), (0, 2), (0, 4)]
    assert time.slept == [0.25, 0.5, 1.0]


def test_a_pause_beyond_the_budget_is_not_started(time: FakeTime) -> None:
    assert list(backoff(time, tries=100, budget=7.5).attempts()) == [0, 1, 2, 3]
    assert time.slept == [1, 2, 4]


def test_the_duration_of_an_attempt_counts_against_the_budget(time: FakeTime) -> None:
    tries = 0
    for _ in backoff(time, tries=100, budget=10.0).attempts():
        tries += 1
        time.moment += 6.0
    assert (tries, time.slept) == (2, [1])


def test_a_successful_attempt_is_followed_by_no_pause(time: FakeTime) -> None:
    for number in backoff(time, tries=10).attempts():
        if number == 1:
            break
    assert time.slept == [1]


def test_thousands_of_attempts_do_not_overflow(time: FakeTime) -> None:
    assert len(list(backoff(time, tries=3000, budget=1e9, cap=1.0).attempts())) == 3000


def test_the_real_clock_is_the_default() -> None:
    tries = list(Backoff(3, LONG, 0.001, 0.001).attempts())
    assert [later - earlier for earlier, later in pairwise(tries)] == [1, 1]


def test_a_retry_after_is_one_to_three_seconds() -> None:
    assert {retry_after() for _ in range(300)} == {1, 2, 3}
