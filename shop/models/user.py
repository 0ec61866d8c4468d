"""Table users."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.constants.user import EMAIL_MAX, NAME_MAX, PERMISSIONS_MAX, RoleFlag
from shop.core.database.folding import folded_column
from shop.core.database.model import Model
from shop.core.database.types import BigId


class User(Model):
    """User account."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("tenant_id", "email"), Index(None, "tenant_id", "name", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    name_folded: Mapped[str | None] = folded_column("name")
    email: Mapped[str] = mapped_column(String(EMAIL_MAX))
    email_folded: Mapped[str | None] = folded_column("email")
    password_hash: Mapped[str] = mapped_column(String(255))
    # RoleFlag values, and permission codes separated by blanks.
    roles: Mapped[int] = mapped_column(default=int(RoleFlag.GENERAL))
    permissions: Mapped[str] = mapped_column(String(PERMISSIONS_MAX), default="")
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
