"""Doing without a store that does not answer: nobody waits for it, until it was seen to be well again."""

import logging
import time
from collections.abc import Callable
from threading import Lock, Thread

REST_SECONDS = 1.0
_log = logging.getLogger(__name__)


class Breaker:
    """Closed while all is well. Who comes later than a second after a failure has the store probed, and does not wait.

    `probe` raises one of `errors`.
    """

    def __init__(
        self,
        what: str,
        probe: Callable[[], object],
        errors: type[Exception],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        # When the first of the failures came that nothing good has followed.
        self.since: float | None = None
        self._what, self._probe, self._errors, self._now = what, probe, errors, now
        self._lock, self._again = Lock(), 0.0

    def lets_through(self) -> bool:
        """Whether to try; who is let through says how it went."""
        if self.since is None:
            return True
        if self._is_time():
            Thread(target=self._look, name="probe", daemon=True).start()
        return False

    def failed(self, error: Exception) -> None:
        """Note a failure."""
        with self._lock:
            self._again = self._now() + REST_SECONDS
            if self.since is None:
                _log.warning("%s without Redis: %s", self._what, error)
                self.since = self._now()

    def worked(self) -> None:
        """Note that all is well."""
        if self.since is not None:
            _log.warning("%s with Redis again", self._what)
            self.since = None

    def _is_time(self) -> bool:
        with self._lock:
            if self._now() < self._again:
                return False
            self._again = self._now() + REST_SECONDS
            return True

    def _look(self) -> None:
        try:
            self._probe()
        except self._errors as error:
            self.failed(error)
        else:
            self.worked()
