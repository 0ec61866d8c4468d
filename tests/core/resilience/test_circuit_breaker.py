"""Circuit breaker after failures of a store."""

from threading import Event

import pytest

from shop.core.resilience.circuit_breaker import PROBE_INTERVAL_SECONDS, CircuitBreaker
from tests.support.polling import Eventually


class Store:
    """A store that is away, with a breaker and a clock."""

    def __init__(self) -> None:
        self.moment, self.away, self.probes = 50.0, True, 0
        self.slow = Event()
        self.slow.set()
        self.breaker = CircuitBreaker("Tests run", self.probe, ConnectionError, lambda: self.moment)

    def probe(self) -> None:
        self.probes += 1
        self.slow.wait(10)
        if self.away:
            raise ConnectionError("away")


def test_calls_are_allowed_before_any_failure() -> None:
    assert [Store().breaker.allow() for _ in range(3)] == [True] * 3


def test_after_a_failure_calls_are_rejected_while_the_probe_runs(eventually: Eventually) -> None:
    store = Store()
    store.slow.clear()
    store.breaker.record_failure(ConnectionError("away"))

    allowed = []
    for _ in range(4):
        allowed += [store.breaker.allow() for _ in range(5)]
        store.moment += PROBE_INTERVAL_SECONDS / 2

    assert allowed == [False] * 20
    eventually(lambda: store.probes == 1)
    store.slow.set()


def test_calls_are_allowed_again_after_a_successful_probe(eventually: Eventually) -> None:
    store = Store()
    store.breaker.record_failure(ConnectionError("away"))
    store.moment += PROBE_INTERVAL_SECONDS
    store.away = False

    assert not store.breaker.allow()

    eventually(store.breaker.allow)
    assert store.breaker.opened_at is None


def test_the_time_of_the_first_failure_is_recorded() -> None:
    store = Store()
    store.breaker.record_failure(ConnectionError("away"))
    store.moment += 5
    store.breaker.record_failure(ConnectionError("still"))

    assert store.breaker.opened_at == 50.0


def test_successful_calls_without_a_failure_are_not_reported(caplog: pytest.LogCaptureFixture) -> None:
    store = Store()

    store.breaker.record_success()
    assert caplog.messages == []

    store.breaker.record_failure(ConnectionError("away"))
    store.breaker.record_success()
    assert caplog.messages == ["Tests run without Redis: away", "Tests run with Redis again"]
