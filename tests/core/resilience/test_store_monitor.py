"""Background monitor of a store."""

import time
from threading import Event

import pytest

from shop.core.resilience.store_monitor import REFUSAL_SECONDS, StoreMonitor
from tests.support.polling import Eventually

LONG_SECONDS = 20.0


class Store:
    """A store that answers, refuses or times out, as set."""

    def __init__(self) -> None:
        self.probes, self.refuses = 0, False
        self.silent = False
        # A silent probe times out then, or earlier when it is released.
        self.silent_seconds, self.released = 2 * REFUSAL_SECONDS, Event()
        self.monitor = StoreMonitor("The store", self.probe)

    def probe(self) -> str:
        self.probes += 1
        if self.silent:
            self.released.wait(self.silent_seconds)
            raise TimeoutError("timed out")
        if self.refuses:
            raise ConnectionError("refused")
        return "here"

    def check(self, seconds: float = LONG_SECONDS) -> str:
        return self.monitor.wait_for_check(self.monitor.request_check(), time.monotonic() + seconds)


@pytest.fixture
def store() -> Store:
    return Store()


def test_a_store_is_not_probed_before_the_first_check(store: Store) -> None:
    assert (store.probes, store.monitor.down) == (0, None)
    assert store.check() == "here"


def test_a_store_that_times_out_is_down_until_it_answers(store: Store, eventually: Eventually) -> None:
    store.monitor.follow()
    store.silent = True
    eventually(lambda: store.monitor.down is not None)

    store.silent = False

    eventually(lambda: store.monitor.down is None)


def test_a_store_that_refuses_is_reported_down_but_may_be_called(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    # On a busy machine a refusal may be late.
    monkeypatch.setattr("shop.core.resilience.store_monitor.REFUSAL_SECONDS", LONG_SECONDS)
    store.monitor.follow()
    store.refuses = True

    assert store.check() == "down"
    assert store.monitor.down is None


def test_no_check_of_a_silent_store_waits_for_its_probe(store: Store) -> None:
    store.silent, store.silent_seconds = True, LONG_SECONDS

    assert [store.check(0.1) for _ in range(3)] == ["late"] * 3

    # The first probe has not ended.
    assert store.probes == 1
    store.released.set()


def test_an_earlier_answer_does_not_count_for_a_new_check(store: Store) -> None:
    store.check()
    store.silent, store.silent_seconds = True, LONG_SECONDS

    assert store.check(0.1) == "late"
    store.released.set()


def test_a_store_that_answers_other_calls_is_not_down(store: Store, eventually: Eventually) -> None:
    checked: list[Exception | None] = []
    store.check()
    store.monitor.on_check = lambda: checked.append(store.monitor.down)
    store.silent, store.silent_seconds = True, LONG_SECONDS
    store.monitor.follow()
    eventually(lambda: store.probes > 1)
    time.sleep(2 * REFUSAL_SECONDS)  # as long as a time-out, not a refusal

    store.monitor.mark_alive()
    store.released.set()

    eventually(lambda: bool(checked))
    assert checked[0] is None


def test_without_following_a_store_is_never_marked_down(store: Store) -> None:
    store.silent = True

    assert store.check() == "down"
    assert store.monitor.down is None


def test_concurrent_checks_share_probes(store: Store) -> None:
    numbers = [store.monitor.request_check() for _ in range(50)]

    assert {store.monitor.wait_for_check(number, time.monotonic() + LONG_SECONDS) for number in numbers} == {"here"}
    assert store.probes < 50


def test_a_failing_callback_does_not_stop_the_monitor(store: Store, eventually: Eventually) -> None:
    def fail() -> None:
        raise ValueError("callback failed")

    store.monitor.on_check = fail
    store.monitor.follow()
    store.silent = True
    eventually(lambda: store.monitor.down is not None)

    store.silent = False

    eventually(lambda: store.monitor.down is None)
    # The thread goes on until the end of the run.
    store.monitor.on_check = lambda: None
