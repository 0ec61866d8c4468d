"""Queries of the table sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from shop.core.database.repository import Repository
from shop.core.pagination.pages import Page, PageRequest
from shop.models.session import Session


@dataclass(frozen=True)
class SessionRepository(Repository[Session]):
    """Repository of sessions."""

    model = Session

    def lock_own(self, session_id: UUID, user_id: int) -> Session | None:
        """Lock and return a session of that user."""
        query = select(Session).where(Session.id == session_id, Session.user_id == user_id).with_for_update()
        return self.session.scalar(query.execution_options(populate_existing=True))

    def lock_live(self, user_id: int, now: datetime) -> Sequence[Session]:
        """Lock and return the live sessions of a user, ordered by id."""
        query = select(Session).where(Session.user_id == user_id, *_live_conditions(now)).order_by(Session.id)
        return self.session.scalars(query.with_for_update()).all()

    def page_live(self, user_id: int, now: datetime, request: PageRequest) -> Page[Session]:
        """Return a page of a user's live sessions, newest first."""
        query = select(Session).where(Session.user_id == user_id, *_live_conditions(now)).order_by(Session.id.desc())
        return self.page(query, request)

    def find_changed(self, since: datetime) -> Sequence[tuple[UUID, datetime, bool]]:
        """Return (id, time of change, is ended) of sessions changed since then.

        Covers all tenants.
        """
        query = select(Session.id, Session.changed_at, Session.ended_at).where(Session.changed_at > since)
        return [(row.id, row.changed_at, row.ended_at is not None) for row in self.session.execute(query)]

    def find_old(self, before: datetime, limit: int) -> Sequence[UUID]:
        """Return ids of sessions that ended or expired before then.

        Covers all tenants.
        """
        query = select(Session.id).where(or_(Session.expires_at < before, Session.ended_at < before)).limit(limit)
        return self.session.scalars(query).all()

    def remove_many(self, session_ids: Sequence[UUID]) -> int:
        """Forget some; how many there were."""
        return self.delete_where(Session.id.in_(session_ids))


def _live_conditions(now: datetime) -> "tuple[ColumnElement[bool], ...]":
    return Session.ended_at.is_(None), Session.expires_at > now
