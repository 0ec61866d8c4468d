"""Whether a session still is: what the entrance asks, and what every process knows by itself.

The truth about sessions is in the database, and Redis is its cache. A cache may be flushed, lose a message or come back
older than it went; so each process also reads every second, from the database, which sessions changed lately.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock, Thread
from typing import NamedTuple, Protocol
from uuid import UUID

from shop.core.caller import Caller
from shop.core.clock import Clock, microseconds_of
from shop.core.crypto.tokens import Claims
from shop.core.database.engine import Database
from shop.core.database.transaction import in_transaction
from shop.core.settings.settings import Settings
from shop.core.tenant import in_every_tenant

READ_SECONDS = 1.0
# Further back than the last reading: clocks differ, and a change is seen only when its transaction has ended.
OVERLAP = timedelta(seconds=60)
_log = logging.getLogger(__name__)


class Change(NamedTuple):
    """A session that ended, or whose user changed. `moment`: in microseconds since 1970."""

    session_id: UUID
    moment: int
    ended: bool


class Doorkeeper(Protocol):
    """Whoever knows sessions; both need a transaction."""

    def identify(self, claims: Claims) -> Caller | None:
        """The caller a good token stands for, None when its session has ended."""

    def find_changes(self, since: datetime) -> Iterable[Change]:
        """What changed since a moment."""


@dataclass
class SessionWatch:
    """What changed lately, as far back as an access token lives."""

    database: Database
    settings: Settings
    clock: Clock
    _changes: dict[UUID, Change] = field(default_factory=dict, repr=False)
    _read_at: datetime | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)

    def note(self, changes: Iterable[Change]) -> None:
        """Know of changes; of two of one session the later counts."""
        with self._lock:
            for change in changes:
                known = self._changes.get(change.session_id)
                if known is None or change[1:] > known[1:]:
                    self._changes[change.session_id] = change

    def is_ended(self, session_id: UUID) -> bool:
        """Whether a session is known to have ended; False says nothing."""
        change = self._changes.get(session_id)
        return bool(change and change.ended)

    def is_outdated(self, session_id: UUID, moment: int) -> bool:
        """Whether something changed since what was read at that state of the session."""
        change = self._changes.get(session_id)
        return bool(change and (change.ended or change.moment > moment))

    def read(self, find_changes: Callable[[datetime], Iterable[Change]]) -> None:
        """Ask the database what changed; raises whatever it or its driver does."""
        now = self.clock.now()
        horizon = now - timedelta(seconds=self.settings.access_lifetime + self.settings.token_leeway) - OVERLAP
        since = self._read_at - OVERLAP if self._read_at else horizon
        with in_every_tenant():
            found = in_transaction(self.database, lambda: list(find_changes(since)))
        self.note(found)
        self._forget(microseconds_of(horizon))
        self._read_at = now

    def follow(self, door: Doorkeeper) -> None:
        """Read now, and every second while this process lives; no request waits for it."""
        self._try_to_read(door)
        Thread(target=self._follow, args=(door,), name="sessions", daemon=True).start()

    def _follow(self, door: Doorkeeper) -> None:
        while True:
            time.sleep(READ_SECONDS)
            self._try_to_read(door)

    def _try_to_read(self, door: Doorkeeper) -> None:
        try:
            self.read(door.find_changes)
        except Exception as error:  # noqa: BLE001 - whatever it was: who stops looking lets in for ever who was shut out
            _log.warning("What changed about sessions is not known now: %r", error)

    def _forget(self, horizon: int) -> None:
        # A token older than that has expired, whatever became of its session.
        with self._lock:
            self._changes = {known: change for known, change in self._changes.items() if change.moment >= horizon}
