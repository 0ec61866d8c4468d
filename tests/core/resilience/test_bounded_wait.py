"""Bounded waiting within a request."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from shop.core.middleware.admission import RequestAdmission
from shop.core.resilience.bounded_wait import BoundedWait
from shop.core.settings.settings import Settings
from tests.support.polling import eventually


def make_bounded_wait(threads: int = 4) -> BoundedWait:
    return BoundedWait(Settings(web_threads=threads, gate_wait_seconds=30.0))


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


def make_admission(app: Any) -> RequestAdmission:
    """Return an admission of one request at a time."""
    return RequestAdmission(app, workers=1, body_max=100)


def test_other_requests_use_the_turn_of_a_waiting_one() -> None:
    waiting, released = make_bounded_wait(), Event()

    def serve(environ: dict[str, Any], _: Any) -> list[bytes]:
        if environ["name"] == "waits":
            assert waiting.poll_gate(lambda: released.is_set() or None)
        return [environ["name"].encode()]

    admission = make_admission(serve)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(admission, {"name": "waits"}, None)
        assert admission({"name": "other"}, None) == [b"other"]
        assert not slow.done()
        released.set()
        assert slow.result(30) == [b"waits"]
    # Both have given their turn back.
    assert admission._free_workers == 1


def test_a_waiting_request_takes_a_turn_again_before_it_goes_on() -> None:
    waiting, released, waits, began = make_bounded_wait(), Event(), Event(), Event()
    finish, order = Event(), list[str]()

    def probe() -> bool | None:
        waits.set()
        return released.is_set() or None

    def serve(environ: dict[str, Any], _: Any) -> list[bytes]:
        if environ["name"] == "waits":
            waiting.poll_gate(probe)
        else:
            began.set()
            finish.wait(30)
        order.append(environ["name"])
        return []

    admission = make_admission(serve)
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(admission, {"name": "waits"}, None)]
        assert waits.wait(30)
        answers.append(pool.submit(admission, {"name": "other"}, None))
        assert began.wait(30)
        released.set()
        eventually(lambda: len(admission._queue) == 1)
        finish.set()
        assert [answer.result(30) for answer in answers] == [[], []]
    assert order == ["other", "waits"]


def test_no_more_requests_wait_without_a_turn_than_the_setting_allows() -> None:
    waiting, released = BoundedWait(Settings(gate_waiters=2, gate_wait_seconds=30.0)), Event()
    results = list[object]()

    def serve(_: dict[str, Any], __: Any) -> list[bytes]:
        results.append(waiting.poll_gate(lambda: released.is_set() or None))
        return []

    admission = make_admission(serve)
    with ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(admission, {}, None) for _ in range(5)]
        eventually(lambda: results == [None] * 3)
        released.set()
        assert [answer.result(30) for answer in answers] == [[]] * 5
    assert results == [None] * 3 + [True] * 2


def test_outside_of_a_request_nothing_waits_for_a_gate() -> None:
    assert make_bounded_wait().poll_gate(lambda: None) is None
