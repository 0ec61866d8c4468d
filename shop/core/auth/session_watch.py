"""Session revocation watch of a process.

Sessions are stored in the database and cached in Redis. A cache can be flushed, can lose a message or can return with
older data. Each process therefore also reads the recently changed sessions from the database, once a second.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import NamedTuple, Protocol
from uuid import UUID

from shop.core.caller import Caller
from shop.core.clock import Clock, to_microseconds
from shop.core.crypto.tokens import Claims
from shop.core.database.engine import Database
from shop.core.database.transaction import in_transaction
from shop.core.resilience.background_poller import BackgroundPoller
from shop.core.settings.settings import Settings
from shop.core.tenant import all_tenants

REFRESH_SECONDS = 1.0
# Each read overlaps the previous one: clocks differ, and a change becomes visible only when its transaction commits.
OVERLAP = timedelta(seconds=60)


class SessionChange(NamedTuple):
    """A session that ended or that belongs to a changed user.

    `changed_at` is in microseconds since 1970.
    """

    session_id: UUID
    changed_at: int
    ended: bool


class SessionAuthenticator(Protocol):
    """Source of session data; both methods need a transaction."""

    def authenticate(self, claims: Claims) -> Caller | None:
        """Return the caller of verified claims, or None after the session ended."""

    def find_changes(self, since: datetime) -> Iterable[SessionChange]:
        """Return the session changes since a moment."""


@dataclass
class SessionWatch:
    """Recent session changes, kept for the lifetime of an access token."""

    database: Database
    settings: Settings
    clock: Clock
    _changes: dict[UUID, SessionChange] = field(default_factory=dict, repr=False)
    _refreshed_at: datetime | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)

    def add_changes(self, changes: Iterable[SessionChange]) -> None:
        """Add session changes; the latest change of a session wins."""
        with self._lock:
            for change in changes:
                known = self._changes.get(change.session_id)
                if known is None or change[1:] > known[1:]:
                    self._changes[change.session_id] = change

    def is_ended(self, session_id: UUID) -> bool:
        """Return True if the session is known to have ended.

        False means unknown: the session may have ended a moment ago.
        """
        change = self._changes.get(session_id)
        return bool(change and change.ended)

    def is_outdated(self, session_id: UUID, moment: int) -> bool:
        """Return True if the session changed after that moment.

        `moment` is the state of the cached session, in microseconds since 1970.
        """
        change = self._changes.get(session_id)
        return bool(change and (change.ended or change.changed_at > moment))

    def refresh(self, find_changes: Callable[[datetime], Iterable[SessionChange]]) -> None:
        """Read the changes since the last refresh from the database.

        Raises the errors of the database and its driver.
        """
        now = self.clock.now()
        horizon = now - timedelta(seconds=self.settings.access_lifetime + self.settings.token_leeway) - OVERLAP
        since = self._refreshed_at - OVERLAP if self._refreshed_at else horizon
        with all_tenants():
            changes = in_transaction(self.database, lambda: list(find_changes(since)))
        self.add_changes(changes)
        self._drop_expired(to_microseconds(horizon))
        self._refreshed_at = now

    def follow(self, authenticator: SessionAuthenticator) -> None:
        """Refresh now, then every second in a background thread."""
        refresh = partial(self.refresh, authenticator.find_changes)
        poller = BackgroundPoller("sessions", refresh, "The session changes could not be read")
        poller.pause_seconds = REFRESH_SECONDS
        poller.request().wait()

    def _drop_expired(self, horizon: int) -> None:
        # Access tokens of older sessions have expired, so their changes no longer matter.
        with self._lock:
            self._changes = {key: change for key, change in self._changes.items() if change.changed_at >= horizon}
