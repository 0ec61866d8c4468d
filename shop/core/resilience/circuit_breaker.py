"""Circuit breaker for calls to a store."""

import logging
import time
from collections.abc import Callable
from threading import Lock, Thread

PROBE_INTERVAL_SECONDS = 1.0
_log = logging.getLogger(__name__)


class CircuitBreaker:
    """Circuit breaker of one store.

    While it is open, calls are rejected, and the store is probed in the background at most once a second. The probe
    raises one of `errors` while the store is down.
    """

    def __init__(
        self,
        name: str,
        probe: Callable[[], object],
        errors: type[Exception],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        # Time of the first failure since the last success; None while closed.
        self.opened_at: float | None = None
        self._name, self._probe, self._errors, self._now = name, probe, errors, now
        self._lock, self._next_probe_at = Lock(), 0.0

    def allow(self) -> bool:
        """Return True when the caller may use the store.

        The caller then records the outcome.
        """
        if self.opened_at is None:
            return True
        if self._is_probe_due():
            Thread(target=self._run_probe, name="probe", daemon=True).start()
        return False

    def record_failure(self, error: Exception) -> None:
        """Open the circuit after a failed call."""
        with self._lock:
            self._next_probe_at = self._now() + PROBE_INTERVAL_SECONDS
            if self.opened_at is None:
                _log.warning("%s without Redis: %s", self._name, error)
                self.opened_at = self._now()

    def record_success(self) -> None:
        """Close the circuit after a successful call."""
        if self.opened_at is not None:
            _log.warning("%s with Redis again", self._name)
            self.opened_at = None

    def _is_probe_due(self) -> bool:
        with self._lock:
            if self._now() < self._next_probe_at:
                return False
            self._next_probe_at = self._now() + PROBE_INTERVAL_SECONDS
            return True

    def _run_probe(self) -> None:
        try:
            self._probe()
        except self._errors as error:
            self.record_failure(error)
        else:
            self.record_success()
