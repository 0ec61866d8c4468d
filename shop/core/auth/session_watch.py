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
from shop.core.clock import Clock, to_microseconds
from shop.core.crypto.tokens import Claims
from shop.core.database.engine import Database
from shop.core.database.transaction import in_transaction
from shop.core.settings.settings import Settings
from shop.core.tenant import all_tenants

REFRESH_SECONDS = 1.0
# Further back than the last reading: clocks differ, and a change is seen only when its transaction has ended.
OVERLAP = timedelta(seconds=60)
_log = logging.getLogger(__name__)


class SessionChange(NamedTuple):
    """A session that ended, or whose user changed. `moment`: in microseconds since 1970."""

    session_id: UUID
    changed_at: int
    ended: bool


class SessionAuthenticator(Protocol):
    """Whoever knows sessions; both need a transaction."""

    def authenticate(self, claims: Claims) -> Caller | None:
        """The caller a good token stands for, None when its session has ended."""

    def find_changes(self, since: datetime) -> Iterable[SessionChange]:
        """What changed since a moment."""


@dataclass
class SessionWatch:
    """What changed lately, as far back as an access token lives."""

    database: Database
    settings: Settings
    clock: Clock
    _changes: dict[UUID, SessionChange] = field(default_factory=dict, repr=False)
    _refreshed_at: datetime | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)

    def add_changes(self, changes: Iterable[SessionChange]) -> None:
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
        return bool(change and (change.ended or change.changed_at > moment))

    def refresh(self, find_changes: Callable[[datetime], Iterable[SessionChange]]) -> None:
        """Ask the database what changed; raises whatever it or its driver does."""
        now = self.clock.now()
        horizon = now - timedelta(seconds=self.settings.access_lifetime + self.settings.token_leeway) - OVERLAP
        since = self._refreshed_at - OVERLAP if self._refreshed_at else horizon
        with all_tenants():
            found = in_transaction(self.database, lambda: list(find_changes(since)))
        self.add_changes(found)
        self._drop_expired(to_microseconds(horizon))
        self._refreshed_at = now

    def follow(self, authenticator: SessionAuthenticator) -> None:
        """Read now, and every second while this process lives; no request waits for it."""
        self._try_refresh(authenticator)
        Thread(target=self._run, args=(authenticator,), name="sessions", daemon=True).start()

    def _run(self, authenticator: SessionAuthenticator) -> None:
        while True:
            time.sleep(REFRESH_SECONDS)
            self._try_refresh(authenticator)

    def _try_refresh(self, authenticator: SessionAuthenticator) -> None:
        try:
            self.refresh(authenticator.find_changes)
        except Exception as error:  # noqa: BLE001 - whatever it was: who stops looking lets in for ever who was shut out
            _log.warning("What changed about sessions is not known now: %r", error)

    def _drop_expired(self, horizon: int) -> None:
        # A token older than that has expired, whatever became of its session.
        with self._lock:
            self._changes = {known: change for known, change in self._changes.items() if change.changed_at >= horizon}
