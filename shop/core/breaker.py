"""Whether something that failed lately is worth another try."""

import time
from collections.abc import Callable
from threading import Lock

REST_SECONDS = 1.0


class Breaker:
    """After a failure nobody tries for a second, then one does while the others still do without."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        # When the first of the failures came that nothing good has followed.
        self.since: float | None = None
        self._again = 0.0
        self._now, self._lock = now, Lock()

    def lets_through(self) -> bool:
        """Whether to try now; who is let through says how it went."""
        if self.since is None:
            return True
        with self._lock:
            if self._now() < self._again:
                return False
            self._again = self._now() + REST_SECONDS
            return True

    def failed(self) -> bool:
        """Note a failure; whether it is the first."""
        with self._lock:
            self._again = self._now() + REST_SECONDS
            first = self.since is None
            self.since = self._now() if self.since is None else self.since
            return first

    def worked(self) -> None:
        """Note that it is well again."""
        self.since = None
