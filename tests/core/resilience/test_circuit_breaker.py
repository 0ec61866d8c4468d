"""Who asks a store that failed a moment ago."""

from threading import Event

from shop.core.resilience.circuit_breaker import PROBE_INTERVAL_SECONDS, CircuitBreaker
from tests.support.polling import Eventually


class Store:
    """A store that is away until it is back, and a clock that stands until it is turned."""

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


def test_what_never_failed_is_asked() -> None:
    assert [Store().breaker.allow() for _ in range(3)] == [True] * 3


def test_after_a_failure_nobody_asks_and_nobody_waits_for_the_probe(eventually: Eventually) -> None:
    store = Store()
    store.slow.clear()
    store.breaker.record_failure(ConnectionError("away"))

    asked = []
    for _ in range(4):
        asked += [store.breaker.allow() for _ in range(5)]
        store.moment += PROBE_INTERVAL_SECONDS / 2

    assert asked == [False] * 20
    eventually(lambda: store.probes == 1)
    store.slow.set()


def test_it_is_asked_again_when_a_probe_has_found_it_well(eventually: Eventually) -> None:
    store = Store()
    store.breaker.record_failure(ConnectionError("away"))
    store.moment += PROBE_INTERVAL_SECONDS
    store.away = False

    assert not store.breaker.allow()

    eventually(store.breaker.allow)
    assert store.breaker.opened_at is None


def test_the_first_failure_of_several_is_remembered() -> None:
    store = Store()
    store.breaker.record_failure(ConnectionError("away"))
    store.moment += 5
    store.breaker.record_failure(ConnectionError("still"))

    assert store.breaker.opened_at == 50.0
