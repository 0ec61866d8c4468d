"""Background monitor of a store."""

import time

import pytest

from shop.core.resilience.store_monitor import REFUSAL_SECONDS, StoreMonitor
from tests.support.polling import Eventually


class Store:
    """A store that answers, refuses or times out, as set."""

    def __init__(self) -> None:
        self.probes, self.refuses = 0, False
        self.silent = False
        self.monitor = StoreMonitor("The store", self.probe)

    def probe(self) -> str:
        self.probes += 1
        if self.silent:
            time.sleep(2 * REFUSAL_SECONDS)
            raise TimeoutError("timed out")
        if self.refuses:
            raise ConnectionError("refused")
        return "here"

    def check(self, seconds: float = 2.0) -> str:
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


def test_a_store_that_refuses_is_reported_down_but_may_be_called(store: Store) -> None:
    store.monitor.follow()
    store.refuses = True

    assert store.check() == "down"
    assert store.monitor.down is None


def test_each_check_of_a_silent_store_is_late_in_time(store: Store) -> None:
    store.silent = True
    began = time.monotonic()

    assert [store.check(0.1) for _ in range(3)] == ["late"] * 3

    assert time.monotonic() - began < 1.0


def test_an_earlier_answer_does_not_count_for_a_new_check(store: Store) -> None:
    store.check()
    store.silent = True

    assert store.check(0.1) == "late"


def test_a_store_that_answers_other_calls_is_not_down(store: Store, eventually: Eventually) -> None:
    store.check()
    store.monitor.follow()
    store.silent = True
    eventually(lambda: store.probes > 1)

    store.monitor.mark_alive()

    eventually(lambda: store.probes > 2)
    assert store.monitor.down is None


def test_without_following_a_store_is_never_marked_down(store: Store) -> None:
    store.silent = True

    assert store.check() == "down"
    assert store.monitor.down is None


def test_concurrent_checks_share_probes(store: Store) -> None:
    numbers = [store.monitor.request_check() for _ in range(50)]

    assert {store.monitor.wait_for_check(number, time.monotonic() + 2.0) for number in numbers} == {"here"}
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
