"""Doing without a store that does not answer: nobody waits for it, until it was seen to be well again."""

import logging
import time
from collections.abc import Callable
from threading import Lock, Thread

PROBE_INTERVAL_SECONDS = 1.0
_log = logging.getLogger(__name__)


class CircuitBreaker:
    """Closed while all is well. Who comes later than a second after a failure has the store probed, and does not wait.

    `probe` raises one of `errors`.
    """

    def __init__(
        self,
        name: str,
        probe: Callable[[], object],
        errors: type[Exception],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        # When the first of the failures came that nothing good has followed.
        self.opened_at: float | None = None
        self._name, self._probe, self._errors, self._now = name, probe, errors, now
        self._lock, self._next_probe_at = Lock(), 0.0

    def allow(self) -> bool:
        """Whether to try; who is let through says how it went."""
        if self.opened_at is None:
            return True
        if self._is_probe_due():
            Thread(target=self._run_probe, name="probe", daemon=True).start()
        return False

    def record_failure(self, error: Exception) -> None:
        """Note a failure."""
        with self._lock:
            self._next_probe_at = self._now() + PROBE_INTERVAL_SECONDS
            if self.opened_at is None:
                _log.warning("%s without Redis: %s", self._name, error)
                self.opened_at = self._now()

    def record_success(self) -> None:
        """Note that all is well."""
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
