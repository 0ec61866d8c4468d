"""What a process knows of windows, and what it lets pass while it knows no more."""

import pytest

from shop.core.rate_limiting.quota import Bucket, Quota
from shop.core.rate_limiting.windows import EXHAUSTED_CACHE_SECONDS, SHARED_WINDOWS, LocalWindows
from shop.core.settings.rate import Rate


class FakeTime:
    """A clock that stands until it is turned."""

    moment = 1000.0

    def now(self) -> float:
        return self.moment


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def windows(time: FakeTime) -> LocalWindows:
    """Of one of two processes."""
    return LocalWindows(2, now=time.now)


def quota(who: object = "a", most: int = 60, seconds: int = 60) -> Quota:
    return Quota(Bucket.PURCHASE, Rate(most, seconds), f"1:quota:purchase:{who}")


def update_window(windows: LocalWindows, of: Quota, count: int, left: int, *, fits: bool = True) -> None:
    """Let Redis say how a window stands."""
    windows.update(of, windows.request_args(of), (int(fits), count, left))


def passes(windows: LocalWindows, of: Quota, since: float) -> int:
    """How many of a hundred requests pass while Redis is away."""
    return sum(not windows.count_locally([of], since)[0].refused for _ in range(100))


def test_redis_is_told_what_was_seen_last(windows: LocalWindows, time: FakeTime) -> None:
    assert windows.request_args(quota()).arguments == (60, 60_000, 0, 0, 0)
    update_window(windows, quota(), 7, 40_000)
    time.moment += 15

    assert windows.request_args(quota()).arguments == (60, 60_000, 7, 25_000, 0)


def test_what_has_ended_is_not_told(windows: LocalWindows, time: FakeTime) -> None:
    update_window(windows, quota(), 60, 40_000)
    time.moment += 40

    assert windows.request_args(quota()).arguments == (60, 60_000, 0, 0, 0)


def test_an_answer_that_comes_late_takes_nothing_back(windows: LocalWindows, time: FakeTime) -> None:
    early = windows.request_args(quota())
    time.moment += 0.1
    update_window(windows, quota(), 9, 39_900)
    windows.update(quota(), early, (1, 8, 40_000))

    assert windows.request_args(quota()).arguments[2] == 9


def test_a_new_window_begins_with_what_redis_says(windows: LocalWindows, time: FakeTime) -> None:
    update_window(windows, quota(), 60, 1000)
    time.moment += 2
    update_window(windows, quota(), 1, 60_000)

    assert windows.request_args(quota()).arguments == (60, 60_000, 1, 60_000, 0)


def test_a_spent_window_is_refused_from_memory_for_a_moment(windows: LocalWindows, time: FakeTime) -> None:
    update_window(windows, quota(), 60, 30_000, fits=False)
    (standing,) = windows.find_exhausted([quota()])
    assert (standing.refused, standing.remaining, standing.reset_seconds) == (True, 0, 30)

    time.moment += EXHAUSTED_CACHE_SECONDS
    assert windows.find_exhausted([quota()]) == []


def test_a_window_that_is_not_spent_is_not_refused_from_memory(windows: LocalWindows) -> None:
    update_window(windows, quota(), 59, 30_000)

    assert windows.find_exhausted([quota(), quota("b")]) == []


@pytest.mark.parametrize(
    ("most", "processes", "scant", "share"), [(60, 4, 1, 15), (100, 2, 5, 50), (60, 1, 6, 60), (3, 4, 1, 1)]
)
def test_without_redis_a_tenth_is_left_of_this_window_and_the_whole_of_the_next(
    time: FakeTime, most: int, processes: int, scant: int, share: int
) -> None:
    windows, since, of = LocalWindows(processes, now=time.now), time.moment, quota(most=most)
    update_window(windows, of, 1, 30_000)

    assert passes(windows, of, since) == scant
    time.moment += 29
    assert passes(windows, of, since) == 0
    time.moment += 1
    assert passes(windows, of, since) == share
    time.moment += 60
    assert passes(windows, of, since) == share


def test_without_redis_nothing_is_added_to_a_spent_window(windows: LocalWindows, time: FakeTime) -> None:
    update_window(windows, quota(), 59, 30_000)
    assert passes(windows, quota(), time.moment) == 1
    update_window(windows, quota("b"), 60, 30_000)
    assert passes(windows, quota("b"), time.moment) == 0


def test_others_may_know_whom_this_process_does_not_until_their_windows_have_ended(
    windows: LocalWindows, time: FakeTime
) -> None:
    since = time.moment
    assert passes(windows, quota(), since) == 3
    time.moment += 59
    assert passes(windows, quota("late"), since) == 3
    assert passes(windows, quota(), since) == 0

    time.moment += 1
    assert [passes(windows, quota(who), since) for who in ("a", "late", "new")] == [30, 30, 30]


def test_redis_hears_of_what_passed_without_it_and_once(windows: LocalWindows, time: FakeTime) -> None:
    update_window(windows, quota(), 10, 50_000)
    passes(windows, quota(), time.moment)
    assert windows.request_args(quota()).arguments == (60, 60_000, 10, 50_000, 3)

    update_window(windows, quota(), 14, 50_000)

    assert windows.request_args(quota()).arguments == (60, 60_000, 14, 50_000, 0)


def test_redis_hears_of_them_too_when_its_own_window_is_another(windows: LocalWindows, time: FakeTime) -> None:
    passes(windows, quota(), time.moment)
    time.moment += 5
    update_window(windows, quota(), 24, 20_000)

    assert windows.request_args(quota()).arguments == (60, 60_000, 24, 20_000, 0)


def test_a_look_counts_nothing(windows: LocalWindows, time: FakeTime) -> None:
    looks = [windows.count_locally([quota()], time.moment, dry_run=True)[0].remaining for _ in range(5)]

    assert looks == [3] * 5


def test_of_several_windows_all_are_counted_or_none(windows: LocalWindows, time: FakeTime) -> None:
    update_window(windows, quota("spent"), 60, 30_000)
    both = [quota("spent"), quota("fresh")]
    assert [s.refused for s in windows.count_locally(both, time.moment)] == [True, False]

    assert passes(windows, quota("fresh"), time.moment) == 3


def test_with_redis_the_memory_forgets_the_oldest(time: FakeTime) -> None:
    windows = LocalWindows(2, size=100, now=time.now)
    for number in range(1000):
        update_window(windows, quota(number), 1, 60_000)

    assert len(windows._windows) == 100
    assert windows.request_args(quota(999)).arguments[2] == 1


def test_without_redis_nobody_makes_it_forget(time: FakeTime) -> None:
    windows, since = LocalWindows(2, size=100, now=time.now), time.moment
    assert passes(windows, quota("mine"), since) == 3

    passed = sum(passes(windows, quota(number), since) for number in range(20_000))

    assert passes(windows, quota("mine"), since) == 0
    assert len(windows._windows) <= 100 + SHARED_WINDOWS
    # Whoever comes to the crowd shares what a client has, so many addresses do not help.
    assert passed <= (99 + SHARED_WINDOWS) * 3


def test_what_has_ended_makes_room(time: FakeTime) -> None:
    windows, since = LocalWindows(2, size=100, now=time.now), time.moment
    for number in range(100):
        passes(windows, quota(number), since)
    time.moment += 61

    assert passes(windows, quota("new"), since) == 30
    assert len(windows._windows) == 1
