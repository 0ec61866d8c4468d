"""Table sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.constants.session import AGENT_MAX, REASON_MAX
from shop.core.database.model import Model


class Session(Model):
    """A sign-in, and the family of refresh tokens that grew from it: each is spent once, for the next."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index(None, "tenant_id", "user_id", "id"),
        Index(None, "changed_at"),
        Index(None, "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    # The refresh token that can be spent now, and the one that was spent for it.
    refresh_id: Mapped[UUID]
    spent_id: Mapped[UUID | None]
    agent: Mapped[str] = mapped_column(String(AGENT_MAX))
    created_at: Mapped[datetime]
    # When the refresh token was issued, in whole seconds, as it says itself.
    refreshed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(REASON_MAX))
    # When it ended or something about its user changed; what was remembered before is outdated.
    changed_at: Mapped[datetime | None]
