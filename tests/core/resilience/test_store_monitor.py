"""Whether a store is there, as one thread sees it for all."""

import time

import pytest

from shop.core.resilience.store_monitor import REFUSAL_SECONDS, StoreMonitor
from tests.support.polling import Eventually


class Store:
    """A store that answers, refuses, or leaves a question unanswered for as long as the test wants."""

    def __init__(self) -> None:
        self.probes, self.refuses = 0, False
        self.silent = False
        self.pulse = StoreMonitor("The store", self.probe)

    def probe(self) -> str:
        self.probes += 1
        if self.silent:
            time.sleep(2 * REFUSAL_SECONDS)
            raise TimeoutError("timed out")
        if self.refuses:
            raise ConnectionError("refused")
        return "here"

    def look(self, seconds: float = 2.0) -> str:
        return self.pulse.wait_for_check(self.pulse.request_check(), time.monotonic() + seconds)


@pytest.fixture
def store() -> Store:
    return Store()


def test_nobody_is_asked_before_somebody_looks(store: Store) -> None:
    assert (store.probes, store.pulse.down) == (0, None)
    assert store.look() == "here"


def test_a_store_that_times_out_is_away_until_it_answers(store: Store, eventually: Eventually) -> None:
    store.pulse.follow()
    store.silent = True
    eventually(lambda: store.pulse.down is not None)

    store.silent = False

    eventually(lambda: store.pulse.down is None)


def test_a_store_that_refuses_is_down_but_may_be_asked(store: Store) -> None:
    store.pulse.follow()
    store.refuses = True

    assert store.look() == "down"
    assert store.pulse.down is None


def test_whoever_looks_hears_late_in_time_and_the_next_one_too(store: Store) -> None:
    store.silent = True
    began = time.monotonic()

    assert [store.look(0.1) for _ in range(3)] == ["late"] * 3

    assert time.monotonic() - began < 1.0


def test_an_answer_from_before_is_no_answer(store: Store) -> None:
    store.look()
    store.silent = True

    assert store.look(0.1) == "late"


def test_a_store_that_answers_others_is_not_away(store: Store, eventually: Eventually) -> None:
    store.look()
    store.pulse.follow()
    store.silent = True
    eventually(lambda: store.probes > 1)

    store.pulse.mark_alive()

    eventually(lambda: store.probes > 2)
    assert store.pulse.down is None


def test_whoever_does_not_follow_turns_nobody_away(store: Store) -> None:
    store.silent = True

    assert store.look() == "down"
    assert store.pulse.down is None


def test_many_who_look_share_their_questions(store: Store) -> None:
    numbers = [store.pulse.request_check() for _ in range(50)]

    assert {store.pulse.wait_for_check(number, time.monotonic() + 2.0) for number in numbers} == {"here"}
    assert store.probes < 50


def test_whoever_cannot_be_told_stops_nobody_from_looking(store: Store, eventually: Eventually) -> None:
    def fail() -> None:
        raise ValueError("nobody listens")

    store.pulse.on_check = fail
    store.pulse.follow()
    store.silent = True
    eventually(lambda: store.pulse.down is not None)

    store.silent = False

    eventually(lambda: store.pulse.down is None)
