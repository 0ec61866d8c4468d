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
PAUSE_SECONDS_AWAY = 0.1
# A failure that comes sooner is a refusal.
AT_ONCE_SECONDS = 0.2
_log = logging.getLogger(__name__)


class Pulse:
    """Of one store. `ask` answers a word when the store is well, and raises within a second when it is not."""

    def __init__(self, what: str, ask: Callable[[], str]) -> None:
        self.what = what
        # Called after each question.
        self.told: Callable[[], None] = _nobody
        # Why the store is away; None while it is well, and where nobody follows: who would see that it is back?
        self.away: Exception | None = None
        self._ask = ask
        self._said = self._word = ""
        self._worked = 0.0
        self._turn = Condition()
        self._begun = self._done = 0
        self._followed = self._wanted = False
        self._thread: Thread | None = None

    def worked(self) -> None:
        """Note that somebody was answered."""
        self._worked = time.monotonic()

    def follow(self) -> None:
        """Ask all the time while this process lives."""
        with self._turn:
            self._followed = True
            self._wake()

    def nudge(self) -> int:
        """Ask once more, now: the number to `look` for."""
        with self._turn:
            self._wake()
            return self._begun + 1

    def look(self, number: int, until: float) -> str:
        """What the store says to the question of that number or a later one: its word, `down`, or `late` by then."""
        with self._turn:
            if not self._turn.wait_for(lambda: self._done >= number, max(0.0, until - time.monotonic())):
                return "late"
            return self._word

    def _wake(self) -> None:
        self._wanted = True
        if self._thread is None:
            self._thread = Thread(target=self._beat_on, name=f"pulse of {self.what}", daemon=True)
            self._thread.start()
        self._turn.notify_all()

    def _beat_on(self) -> None:
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._wanted, self._pause())
                self._wanted = False
                self._begun += 1
            began = time.monotonic()
            error = self._beat(began)
            with self._turn:
                self._word = "down" if error else self._said
                self._learn(error if time.monotonic() - began > AT_ONCE_SECONDS else None)
                self._done += 1
                self._turn.notify_all()
            try:
                self.told()
            except Exception:  # noqa: BLE001 - whoever is told may fail; who stops looking shuts the store for ever
                _log.exception("Nobody could be told how %s is", self.what)

    def _pause(self) -> float | None:
        if not self._followed:
            return None
        return PAUSE_SECONDS_AWAY if self.away else PAUSE_SECONDS

    def _beat(self, began: float) -> Exception | None:
        try:
            self._said = self._ask()
        except Exception as error:  # noqa: BLE001 - the same
            # This thread may have been late itself. Who was answered meanwhile knows better.
            return None if self._said and self._worked > began else error
        return None

    def _learn(self, error: Exception | None) -> None:
        if self._followed and bool(error) is not bool(self.away):
            _log.warning("%s is %s", self.what, f"away: {str(error).partition(chr(10))[0]}" if error else "back")
            self.away = error


def _nobody() -> None:
    """Nobody wants to know."""
