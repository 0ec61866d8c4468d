"""Background monitor of a store.

A thread probes the store, so that requests need not wait for a time-out.

One slow call does not make a store down. It is down when a plain probe times out while no other call is answered
either. A store that refuses connections is not down: a refusal takes no time, so requests call the store, and the first
one after its return succeeds.
"""

import logging
import time
from collections.abc import Callable
from threading import Event

from shop.core.resilience.background_poller import BackgroundPoller

PAUSE_SECONDS = 0.5
PAUSE_SECONDS_DOWN = 0.1
# A failure within this time is a refusal, not a time-out.
REFUSAL_SECONDS = 0.2
# Text of a check without an answer.
DOWN = "down"
_log = logging.getLogger(__name__)


class StoreMonitor:
    """Monitor of one store.

    `probe` returns a text when the store is well, and raises within a second when it is not.
    """

    def __init__(self, name: str, probe: Callable[[], str]) -> None:
        self.name = name
        # Called after each check.
        self.on_check: Callable[[], None] = lambda: None
        # Last error while the store is down, else None. Set only after `follow()`: without it nothing would reset it.
        self.down: Exception | None = None
        self._probe = probe
        self._reply = self._status = ""
        self._alive_at = 0.0
        self._poller = BackgroundPoller(f"monitor of {name}", self._check, f"The check callback of {name} failed")

    def mark_alive(self) -> None:
        """Record that another call was answered."""
        self._alive_at = time.monotonic()

    def follow(self) -> None:
        """Check the store periodically until the process ends."""
        self._poller.pause_seconds = PAUSE_SECONDS
        self._poller.request()

    def request_check(self) -> Event:
        """Request a check now, and return its event for `wait_for_check`."""
        return self._poller.request()

    def wait_for_check(self, check: Event, deadline: float) -> str:
        """Wait for this check.

        Returns the text of the probe, `down`, or `late` when the deadline passes and the last check was not `down`.
        """
        is_done = check.wait(max(0.0, deadline - time.monotonic()))
        return self._status if is_done or self._status == DOWN else "late"

    def _check(self) -> None:
        started_at, error = time.monotonic(), None
        try:
            self._reply = self._status = self._probe()
        except Exception as probe_error:  # noqa: BLE001 - any error means that the store is not well
            # Another call was answered meanwhile: the thread was late, or the store takes reads only.
            error = None if self._reply and self._alive_at > started_at else probe_error
            self._status = DOWN
        self._update_down(error if time.monotonic() - started_at > REFUSAL_SECONDS else None)
        self.on_check()

    def _update_down(self, error: Exception | None) -> None:
        if self._poller.pause_seconds and bool(error) is not bool(self.down):
            _log.warning("%s is %s", self.name, f"away: {str(error).partition(chr(10))[0]}" if error else "back")
            self.down = error
            self._poller.pause_seconds = PAUSE_SECONDS_DOWN if error else PAUSE_SECONDS
