"""Signs of life: a thread asks a store all the time whether it answers, so that no request has to find out.

One question that takes long says nothing about the others, so it turns nobody away: away is a store that leaves the
plainest question unanswered, while it answers nobody else either. One that refuses is asked by everybody: that takes no
time, and so the first request after it is back finds it well.
"""

import logging
import time
from collections.abc import Callable
from threading import Condition, Thread

PAUSE_SECONDS = 0.5
PAUSE_SECONDS_DOWN = 0.1
# A failure that comes sooner is a refusal.
REFUSAL_SECONDS = 0.2
_log = logging.getLogger(__name__)


class StoreMonitor:
    """Of one store. `ask` answers a word when the store is well, and raises within a second when it is not."""

    def __init__(self, name: str, probe: Callable[[], str]) -> None:
        self.name = name
        # Called after each question.
        self.on_check: Callable[[], None] = _ignore_check
        # Why the store is away; None while it is well, and where nobody follows: who would see that it is back?
        self.down: Exception | None = None
        self._probe = probe
        self._reply = self._status = ""
        self._alive_at = 0.0
        self._condition = Condition()
        self._checks_started = self._checks_finished = 0
        self._is_following = self._check_requested = False
        self._thread: Thread | None = None

    def mark_alive(self) -> None:
        """Note that somebody was answered."""
        self._alive_at = time.monotonic()

    def follow(self) -> None:
        """Ask all the time while this process lives."""
        with self._condition:
            self._is_following = True
            self._wake_thread()

    def request_check(self) -> int:
        """Ask once more, now: the number to `look` for."""
        with self._condition:
            self._wake_thread()
            return self._checks_started + 1

    def wait_for_check(self, number: int, deadline: float) -> str:
        """What the store says to the question of that number or a later one: its word, `down`, or `late` by then."""
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
            began = time.monotonic()
            error = self._check(began)
            with self._condition:
                self._status = "down" if error else self._reply
                self._update_down(error if time.monotonic() - began > REFUSAL_SECONDS else None)
                self._checks_finished += 1
                self._condition.notify_all()
            try:
                self.on_check()
            except Exception:  # noqa: BLE001 - whoever is told may fail; who stops looking shuts the store for ever
                _log.exception("Nobody could be told how %s is", self.name)

    def _pause_seconds(self) -> float | None:
        if not self._is_following:
            return None
        return PAUSE_SECONDS_DOWN if self.down else PAUSE_SECONDS

    def _check(self, began: float) -> Exception | None:
        try:
            self._reply = self._probe()
        except Exception as error:  # noqa: BLE001 - the same
            # This thread may have been late itself. Who was answered meanwhile knows better.
            return None if self._reply and self._alive_at > began else error
        return None

    def _update_down(self, error: Exception | None) -> None:
        if self._is_following and bool(error) is not bool(self.down):
            _log.warning("%s is %s", self.name, f"away: {str(error).partition(chr(10))[0]}" if error else "back")
            self.down = error


def _ignore_check() -> None:
    """Nobody wants to know."""
