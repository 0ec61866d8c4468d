"""Signs of life: a thread asks a store all the time whether it answers, so that no request has to find out.

One question that takes long says nothing about the others, so it turns nobody away: away is a store that leaves the
plainest question unanswered, while it answers nobody else either.
"""

import logging
import time
from collections.abc import Callable
from threading import Condition, Thread

PAUSE_SECONDS = 0.5
_log = logging.getLogger(__name__)


class Pulse:
    """Of one store. `ask` answers a word when the store is well, and raises within a second when it is not."""

    def __init__(self, what: str, ask: Callable[[], str], pause: float = PAUSE_SECONDS) -> None:
        self.what = what
        # Why the store is away; None while it is well, and where nobody follows: who would see that it is back?
        self.away: Exception | None = None
        self._ask, self._pause = ask, pause
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

    def nudge(self) -> None:
        """Ask once more, now."""
        with self._turn:
            self._wake()

    def look(self, until: float) -> str:
        """What the store says to a question that is asked from now on: its word, `down`, or `late` at that moment."""
        with self._turn:
            wanted = self._begun + 1
            self._wake()
            if not self._turn.wait_for(lambda: self._done >= wanted, until - time.monotonic()):
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
                self._turn.wait_for(lambda: self._wanted, self._pause if self._followed else None)
                self._wanted = False
                self._begun += 1
            found = self._beat()
            with self._turn:
                self._learn(found)
                self._done += 1
                self._turn.notify_all()

    def _beat(self) -> Exception | None:
        began = time.monotonic()
        try:
            self._said = self._ask()
        except Exception as error:  # noqa: BLE001 - whatever it was: who stops looking shuts the store for ever
            # This thread may have been late itself. Who was answered meanwhile knows better.
            return None if self._worked > began and self._said else error
        return None

    def _learn(self, found: Exception | None) -> None:
        self._word = "down" if found else self._said
        if self._followed and bool(found) is not bool(self.away):
            _log.warning("%s is %s", self.what, f"away: {found}" if found else "back")
            self.away = found
