"""Bounded waiting within a request."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from shop.core.resilience.bounded_wait import BoundedWait
from shop.core.settings.settings import Settings


def make_bounded_wait(threads: int = 4) -> BoundedWait:
    return BoundedWait(Settings(web_threads=threads))


def test_an_available_value_is_returned_at_once() -> None:
    began = time.monotonic()
    assert make_bounded_wait().poll(lambda: "found", 5) == "found"
    assert time.monotonic() - began < 4


def test_a_later_value_is_returned_when_it_is_available() -> None:
    results = iter([None, None, "found"])
    assert make_bounded_wait().poll(lambda: next(results), 5) == "found"


def test_a_missing_value_is_none_after_the_timeout() -> None:
    began = time.monotonic()
    assert make_bounded_wait().poll(lambda: None, 0.2) is None
    assert 0.2 <= time.monotonic() - began < 4


@pytest.mark.parametrize("seconds", [0, -1])
def test_without_a_timeout_the_probe_is_not_called(seconds: float) -> None:
    assert make_bounded_wait().poll(lambda: "found", seconds) is None


@pytest.mark.parametrize(("threads", "slots"), [(8, 4), (4, 2), (2, 1), (1, 1)])
def test_half_of_the_threads_may_wait(threads: int, slots: int) -> None:
    waiting, release = make_bounded_wait(threads), Event()
    with ThreadPoolExecutor(16) as pool:
        began = time.monotonic()
        polls = [pool.submit(waiting.poll, lambda: release.is_set() or None, 30) for _ in range(16)]
        while sum(poll.done() for poll in polls) < 16 - slots and time.monotonic() - began < 5:
            time.sleep(0.01)
        rejected = sum(poll.done() for poll in polls)
        release.set()
    assert rejected == 16 - slots
    assert sorted(poll.result() is True for poll in polls) == [False] * (16 - slots) + [True] * slots


def test_a_failing_probe_releases_its_slot() -> None:
    waiting = make_bounded_wait(2)
    with pytest.raises(ZeroDivisionError):
        waiting.poll(lambda: 1 // 0, 1)
    assert waiting.poll(lambda: "found", 1) == "found"
