"""Local rate limit windows, with Redis and without."""

import pytest

from shop.core.rate_limiting.quota import Bucket, Quota
from shop.core.rate_limiting.windows import EXHAUSTED_CACHE_SECONDS, SHARED_WINDOWS, LocalWindows
from shop.core.settings.rate import Rate
from tests.support.samples import runs_all

pytestmark = pytest.mark.slow


class FakeTime:
    """A clock that tests move by hand."""

    moment = 1000.0

    def now(self) -> float:
        return self.moment


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def windows(time: FakeTime) -> LocalWindows:
    return LocalWindows(2, now=time.now)  # of one of two processes


def quota(client: object = "a", most: int = 60, seconds: int = 60) -> Quota:
    return Quota(Bucket.PURCHASE, Rate(most, seconds), f"1:quota:purchase:{client}")


def update_window(windows: LocalWindows, quota: Quota, count: int, left: int, *, fits: bool = True) -> None:
    """Store a result of Redis for a window."""
    windows.update(quota, windows.request_args(quota), (int(fits), count, left))


def count_passed(windows: LocalWindows, quota: Quota, since: float) -> int:
    """Count locally and return how many of a hundred requests pass."""
    return sum(not windows.count_locally([quota], since)[0].refused for _ in range(100))


def test_redis_receives_the_last_known_count(windows: LocalWindows, time: FakeTime) -> None:
    assert windows.request_args(quota()).arguments == (60, 60_000, 0, 0, 0)
    update_window(windows, quota(), 7, 40_000)
    time.moment += 15

    assert windows.request_args(quota()).arguments == (60, 60_000, 7, 25_000, 0)


def test_an_ended_window_is_not_sent_to_redis(windows: LocalWindows, time: FakeTime) -> None:
    update_window(windows, quota(), 60, 40_000)
    time.moment += 40

    assert windows.request_args(quota()).arguments == (60, 60_000, 0, 0, 0)


def test_a_late_result_does_not_lower_the_count(windows: LocalWindows, time: FakeTime) -> None:
    early = windows.request_args(quota())
    time.moment += 0.1
    update_window(windows, quota(), 9, 39_900)
    windows.update(quota(), early, (1, 8, 40_000))

    assert windows.request_args(quota()).arguments[2] == 9


def test_a_late_result_of_an_older_window_is_ignored(windows: LocalWindows, time: FakeTime) -> None:
    late = windows.request_args(quota())
    time.moment += 2
    update_window(windows, quota(), 9, 40_000)
    windows.update(quota(), late, (1, 50, 1000))

    assert windows.request_args(quota()).arguments[2] == 9


def test_a_new_window_starts_with_the_count_of_redis(windows: LocalWindows, time: FakeTime) -> None:
    update_window(windows, quota(), 60, 1000)
    time.moment += 2
    update_window(windows, quota(), 1, 60_000)

    assert windows.request_args(quota()).arguments == (60, 60_000, 1, 60_000, 0)


def test_an_exhausted_window_is_refused_from_memory_for_a_short_time(windows: LocalWindows, time: FakeTime) -> None:
    update_window(windows, quota(), 60, 30_000, fits=False)
    (state,) = windows.find_exhausted([quota()])
    assert (state.refused, state.remaining, state.reset_seconds) == (True, 0, 30)

    time.moment += EXHAUSTED_CACHE_SECONDS
    assert windows.find_exhausted([quota()]) == []


def test_a_window_with_requests_left_is_not_refused_from_memory(windows: LocalWindows) -> None:
    update_window(windows, quota(), 59, 30_000)

    assert windows.find_exhausted([quota(), quota("b")]) == []


@pytest.mark.parametrize(
    ("most", "processes", "reserve", "share"), [(60, 4, 1, 15), (100, 2, 5, 50), (60, 1, 6, 60), (3, 4, 1, 1)]
)
def test_without_redis_this_window_has_a_tenth_and_the_next_one_the_whole_limit(
    time: FakeTime, most: int, processes: int, reserve: int, share: int
) -> None:
    windows, since, limit = LocalWindows(processes, now=time.now), time.moment, quota(most=most)
    update_window(windows, limit, 1, 30_000)

    assert count_passed(windows, limit, since) == reserve
    time.moment += 29
    assert count_passed(windows, limit, since) == 0
    time.moment += 1
    assert count_passed(windows, limit, since) == share
    time.moment += 60
    assert count_passed(windows, limit, since) == share


def test_without_redis_an_exhausted_window_stays_exhausted(windows: LocalWindows, time: FakeTime) -> None:
    update_window(windows, quota(), 59, 30_000)
    assert count_passed(windows, quota(), time.moment) == 1
    update_window(windows, quota("b"), 60, 30_000)
    assert count_passed(windows, quota("b"), time.moment) == 0


def test_an_unknown_client_has_a_reduced_limit_until_older_windows_have_ended(
    windows: LocalWindows, time: FakeTime
) -> None:
    since = time.moment
    assert count_passed(windows, quota(), since) == 3
    time.moment += 59
    assert count_passed(windows, quota("late"), since) == 3
    assert count_passed(windows, quota(), since) == 0

    time.moment += 1
    assert [count_passed(windows, quota(client), since) for client in ("a", "late", "new")] == [30, 30, 30]


def test_redis_receives_requests_counted_without_it_once(windows: LocalWindows, time: FakeTime) -> None:
    update_window(windows, quota(), 10, 50_000)
    count_passed(windows, quota(), time.moment)
    assert windows.request_args(quota()).arguments == (60, 60_000, 10, 50_000, 3)

    update_window(windows, quota(), 14, 50_000)

    assert windows.request_args(quota()).arguments == (60, 60_000, 14, 50_000, 0)


def test_redis_receives_local_counts_also_in_another_window(windows: LocalWindows, time: FakeTime) -> None:
    count_passed(windows, quota(), time.moment)
    time.moment += 5
    update_window(windows, quota(), 24, 20_000)

    assert windows.request_args(quota()).arguments == (60, 60_000, 24, 20_000, 0)


def test_a_dry_run_counts_nothing(windows: LocalWindows, time: FakeTime) -> None:
    remaining = [windows.count_locally([quota()], time.moment, dry_run=True)[0].remaining for _ in range(5)]

    assert remaining == [3] * 5


def test_a_request_is_counted_in_all_windows_or_in_none(windows: LocalWindows, time: FakeTime) -> None:
    update_window(windows, quota("exhausted"), 60, 30_000)
    both = [quota("exhausted"), quota("fresh")]
    assert [state.refused for state in windows.count_locally(both, time.moment)] == [True, False]

    assert count_passed(windows, quota("fresh"), time.moment) == 3


def test_with_redis_a_full_store_drops_the_oldest_window(time: FakeTime) -> None:
    windows = LocalWindows(2, size=100, now=time.now)
    for number in range(1000):
        update_window(windows, quota(number), 1, 60_000)

    assert len(windows._windows) == 100
    assert windows.request_args(quota(999)).arguments[2] == 1


def test_without_redis_a_full_store_drops_no_window(time: FakeTime) -> None:
    windows, since = LocalWindows(2, size=100, now=time.now), time.moment
    assert count_passed(windows, quota("mine"), since) == 3

    passed = sum(count_passed(windows, quota(number), since) for number in range(20_000 if runs_all() else 4_000))

    assert count_passed(windows, quota("mine"), since) == 0
    assert len(windows._windows) <= 100 + SHARED_WINDOWS
    # Further clients share a window, so an attacker gains nothing from many addresses.
    assert passed <= (99 + SHARED_WINDOWS) * 3


def test_ended_windows_are_removed_from_a_full_store(time: FakeTime) -> None:
    windows, since = LocalWindows(2, size=100, now=time.now), time.moment
    for number in range(100):
        count_passed(windows, quota(number), since)
    time.moment += 61

    assert count_passed(windows, quota("new"), since) == 30
    assert len(windows._windows) == 1
