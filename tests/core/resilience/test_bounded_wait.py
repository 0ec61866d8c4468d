"""Waiting within a request: bounded in time, and in how many wait."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from shop.core.resilience.bounded_wait import BoundedWait
from shop.core.settings.settings import Settings


def patience(threads: int = 4) -> BoundedWait:
    return BoundedWait(Settings(web_threads=threads))


def test_what_is_there_is_found_at_once() -> None:
    began = time.monotonic()
    assert patience().poll(lambda: "found", 5) == "found"
    assert time.monotonic() - began < 4


def test_what_comes_later_is_found_when_it_comes() -> None:
    looks = iter([None, None, "found"])
    assert patience().poll(lambda: next(looks), 5) == "found"


def test_what_never_comes_is_none_when_the_time_is_up() -> None:
    began = time.monotonic()
    assert patience().poll(lambda: None, 0.2) is None
    assert 0.2 <= time.monotonic() - began < 4


@pytest.mark.parametrize("seconds", [0, -1])
def test_who_will_not_wait_does_not_even_look(seconds: float) -> None:
    assert patience().poll(lambda: "found", seconds) is None


@pytest.mark.parametrize(("threads", "places"), [(8, 4), (4, 2), (2, 1), (1, 1)])
def test_half_of_the_threads_may_wait(threads: int, places: int) -> None:
    waiting, release = patience(threads), Event()
    with ThreadPoolExecutor(16) as pool:
        began = time.monotonic()
        found = [pool.submit(waiting.poll, lambda: release.is_set() or None, 30) for _ in range(16)]
        while sum(one.done() for one in found) < 16 - places and time.monotonic() - began < 5:
            time.sleep(0.01)
        turned_away = sum(one.done() for one in found)
        release.set()
    assert turned_away == 16 - places
    assert sorted(one.result() is True for one in found) == [False] * (16 - places) + [True] * places


def test_a_look_that_fails_gives_its_place_back() -> None:
    waiting = patience(2)
    with pytest.raises(ZeroDivisionError):
        waiting.poll(lambda: 1 // 0, 1)
    assert waiting.poll(lambda: "found", 1) == "found"
