"""Background monitor of a store.

A thread probes the store, so that requests need not wait for a time-out.

One slow call does not make a store down. It is down when a plain probe times out while no other call is answered
either. A store that refuses connections is not down: a refusal takes no time, so requests call the store, and the first
one after its return succeeds.
"""

import logging
import time
from collections.abc import Callable
from threading import Condition, Thread

PAUSE_SECONDS = 0.5
PAUSE_SECONDS_DOWN = 0.1
# A failure within this time is a refusal, not a time-out.
REFUSAL_SECONDS = 0.2
_log = logging.getLogger(__name__)


class StoreMonitor:
    """Monitor of one store.

    `probe` returns a text when the store is well, and raises within a second when it is not.
    """

    def __init__(self, name: str, probe: Callable[[], str]) -> None:
        self.name = name
        # Called after each check.
        self.on_check: Callable[[], None] = _ignore_check
        # Last error while the store is down, else None. Set only after `follow()`: without it nothing would reset it.
        self.down: Exception | None = None
        self._probe = probe
        self._reply = self._status = ""
        self._alive_at = 0.0
        self._condition = Condition()
        self._checks_started = self._checks_finished = 0
        self._is_following = self._check_requested = False
        self._thread: Thread | None = None

    def mark_alive(self) -> None:
        """Record that another call was answered."""
        self._alive_at = time.monotonic()

    def follow(self) -> None:
        """Check the store periodically until the process ends."""
        with self._condition:
            self._is_following = True
            self._wake_thread()

    def request_check(self) -> int:
        """Request a check now, and return its number for `wait_for_check`."""
        with self._condition:
            self._wake_thread()
            return self._checks_started + 1

    def wait_for_check(self, number: int, deadline: float) -> str:
        """Wait for the check of this number or a later one.

        Returns the text of the probe, `down`, or `late` when the deadline passes.
        """
        with self._condition:
            if not self._condition.wait_for(
                lambda: self._checks_finished >= number, max(0.0, deadline - time.monotonic())
            ):
                return "late"
            return self._status

    def _wake_thread(self) -> None:
        self._check_requested = True
        if self._thread is None:
            self._thread = Thread(target=self._run, name=f"monitor of {self.name}", daemon=True)
            self._thread.start()
        self._condition.notify_all()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._check_requested, self._pause_seconds())
                self._check_requested = False
                self._checks_started += 1
            started_at = time.monotonic()
            error = self._check(started_at)
            with self._condition:
                self._status = "down" if error else self._reply
                self._update_down(error if time.monotonic() - started_at > REFUSAL_SECONDS else None)
                self._checks_finished += 1
                self._condition.notify_all()
            try:
                self.on_check()
            except Exception:  # noqa: BLE001 - a failing callback must not end the thread: the store would stay down
                _log.exception("The check callback of %s failed", self.name)

    def _pause_seconds(self) -> float | None:
        if not self._is_following:
            return None
        return PAUSE_SECONDS_DOWN if self.down else PAUSE_SECONDS

    def _check(self, started_at: float) -> Exception | None:
        try:
            self._reply = self._probe()
        except Exception as error:  # noqa: BLE001 - any error means that the store is not well
            # This thread itself may have been late. A call that was answered meanwhile proves that the store is well.
            return None if self._reply and self._alive_at > started_at else error
        return None

    def _update_down(self, error: Exception | None) -> None:
        if self._is_following and bool(error) is not bool(self.down):
            _log.warning("%s is %s", self.name, f"away: {str(error).partition(chr(10))[0]}" if error else "back")
            self.down = error


def _ignore_check() -> None:
    """Do nothing."""
