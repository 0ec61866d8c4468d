"""Table sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.constants.session import AGENT_MAX, REASON_MAX
from shop.core.database.model import Model


class Session(Model):
    """Sign-in and its chain of single-use refresh tokens."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index(None, "tenant_id", "user_id", "id"),
        Index(None, "changed_at"),
        Index(None, "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    # The valid refresh token, and the one it was exchanged for.
    refresh_id: Mapped[UUID]
    spent_id: Mapped[UUID | None]
    agent: Mapped[str] = mapped_column(String(AGENT_MAX))
    created_at: Mapped[datetime]
    # Issue time of the refresh token; earlier releases wrote whole seconds.
    refreshed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(REASON_MAX))
    # Time of the last change of the session or its user; older cache entries are stale.
    changed_at: Mapped[datetime | None]
