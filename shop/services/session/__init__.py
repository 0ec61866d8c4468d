"""Rules of sessions."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shop.cache_managers.stock import StockCacheManager
from shop.combinations.session import SessionCombination
from shop.constants.session import AGENT_MAX, PURGE_BATCH, RETENTION_SECONDS, SessionEndReason
from shop.core.auth.session_watch import SessionAuthenticator, SessionChange
from shop.core.caller import Caller
from shop.core.clock import to_microseconds
from shop.core.crypto.tokens import Claims, Grant, Tokens, new_id
from shop.core.database.transaction import after_commit
from shop.core.errors import ShopError
from shop.core.pagination.pages import Page, PageRequest
from shop.core.settings.settings import Settings
from shop.exception_codes.session import SessionExceptionCode
from shop.services.session.authentication import SessionAuthentication
from shop.supports.session import SessionPolicy
from shop.supports.user import build_caller

if TYPE_CHECKING:
    from shop.models.session import Session

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SessionService(SessionAuthentication, SessionAuthenticator):
    """Opens, refreshes, authenticates and ends sessions."""

    stock: StockCacheManager
    combination: SessionCombination
    tokens: Tokens
    settings: Settings

    def open(self, user: dict[str, Any], agent: str) -> dict[str, Any]:
        """Open a session; return its tokens. `agent`: User-Agent of the client."""
        now, printable = self.clock.now(), "".join(letter for letter in agent if letter.isprintable())
        session = self.sessions.create(
            id=new_id(),
            user_id=user["id"],
            refresh_id=new_id(),
            agent=printable[:AGENT_MAX],
            created_at=now,
            refreshed_at=now,
            expires_at=now + timedelta(seconds=self.settings.refresh_lifetime),
        )
        return self._issue(session)

    def refresh(self, token: str) -> dict[str, Any] | None:
        """Return the next pair of tokens; None for an invalid token.

        Each refresh token has one successor. A token that was spent a moment ago gets it again, since the response may
        have been lost. A token that was spent earlier is a copy, so its session ends.
        """
        try:
            claims = self.tokens.verify_refresh(token)
        except ShopError:
            return None
        session, now = self.sessions.lock(claims.session_id), self.clock.now()
        if session is None or session.user_id != claims.user_id or session.ended_at or session.expires_at <= now:
            return None
        if claims.token_id == session.refresh_id:
            self._rotate(session, now)
        elif not self._may_retry(session, claims.token_id, now):
            _log.warning("Session %s ends: a spent refresh token was used again", session.id)
            self._end_sessions([session], SessionEndReason.REPLAYED)
            return None
        return self._issue(session)

    def authenticate(self, claims: Claims) -> Caller | None:
        """Return the caller of valid claims; None when their session has ended.

        Reads the cache first, then the tables.
        """
        card = self._find_card(claims)
        if card is None:
            return None
        return build_caller(card, claims.session_id)

    def find_changes(self, since: datetime) -> Iterable[SessionChange]:
        """Return session changes of all tenants since a moment."""
        rows = self.sessions.find_changed(since)
        return [SessionChange(session_id, to_microseconds(moment), ended) for session_id, moment, ended in rows]

    def page(self, caller: Caller, request: PageRequest) -> Page[dict[str, Any]]:
        """List the caller's sessions, newest first."""
        page = self.sessions.page_live(caller.user_id, self.clock.now(), request)
        return page.with_rows([self.combination.card(session, caller.session_id) for session in page.rows])

    def end(self, caller: Caller, session_id: UUID) -> None:
        """End one of the caller's sessions; raises ShopError NOT_FOUND."""
        # A session of another user is not found by the query, so it costs the same as an unknown one.
        session = self.sessions.lock_own(session_id, caller.user_id)
        if session is None or session.ended_at or not SessionPolicy.end.allows_row(caller, session.user_id):
            raise ShopError(SessionExceptionCode.NOT_FOUND, session_id=str(session_id))
        self._end_sessions([session], SessionEndReason.SIGNED_OUT)

    def end_all(self, user_id: int, reason: SessionEndReason, except_id: UUID | None = None) -> None:
        """End all sessions of a user except `except_id`."""
        live = self.sessions.lock_live(user_id, self.clock.now())
        self._end_sessions([session for session in live if session.id != except_id], reason)

    def invalidate(self, user_id: int) -> None:
        """Make every process reload a user from the tables."""
        live = self.sessions.lock_live(user_id, self.clock.now())
        for session in live:
            session.changed_at = self._next_change_time(session)
        self._publish_changes(live, ended=False)

    def purge(self) -> int:
        """Delete a batch of old sessions; return their number."""
        retention = timedelta(seconds=max(RETENTION_SECONDS, self.settings.access_lifetime))
        old = self.sessions.find_old(self.clock.now() - retention, PURGE_BATCH)
        return self.sessions.remove_many(old) if old else 0

    def _rotate(self, session: "Session", now: datetime) -> None:
        session.spent_id, session.refresh_id, session.refreshed_at = session.refresh_id, new_id(), now
        session.expires_at = now + timedelta(seconds=self.settings.refresh_lifetime)

    def _may_retry(self, session: "Session", token_id: UUID, now: datetime) -> bool:
        # Without a window a spent token is refused also in the moment of its exchange.
        window = timedelta(seconds=self.settings.refresh_retry_seconds)
        return bool(window) and token_id == session.spent_id and now - session.refreshed_at <= window

    def _issue(self, session: "Session") -> dict[str, Any]:
        issued_at = session.refreshed_at.timestamp()
        return self.tokens.issue(Grant(session.user_id, session.tenant_id, session.id, session.refresh_id, issued_at))

    def _end_sessions(self, sessions: Sequence["Session"], reason: SessionEndReason) -> None:
        for session in sessions:
            session.ended_by, session.ended_at = reason, self.clock.now()
            session.changed_at = self._next_change_time(session)
        self._publish_changes(sessions, ended=True)

    def _publish_changes(self, sessions: Sequence["Session"], *, ended: bool) -> None:
        """Publish session changes after the commit.

        This process applies them at once, the others with their next read of Redis or the table.
        """
        if not sessions:
            return
        changes = [
            SessionChange(session.id, to_microseconds(session.changed_at), ended)
            for session in sessions
            if session.changed_at
        ]
        tenant_id, user_id, ids = sessions[0].tenant_id, sessions[0].user_id, [session.id for session in sessions]
        after_commit(self.watch.add_changes, changes)
        if ended:
            after_commit(
                self.cache.mark_ended, user_id, ids, self.settings.access_lifetime + self.settings.token_leeway
            )
            after_commit(self.stock.revoke_buyer, tenant_id, ids)
        else:
            after_commit(self.cache.invalidate, user_id, ids)

    def _next_change_time(self, session: "Session") -> datetime:
        # Later than every earlier change, even if the clocks of two processes differ.
        now = self.clock.now()
        return max(now, session.changed_at + timedelta(microseconds=1)) if session.changed_at else now
