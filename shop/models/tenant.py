"""Table tenants."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.constants.tenant import HOST_MAX, NAME_MAX, SLUG_MAX
from shop.core.database.model import Model


class Tenant(Model):
    """Somebody who sells here. Its row belongs to itself; a disabled one keeps its rows and lets nobody in."""

    __tablename__ = "tenants"
    __table_args__ = (UniqueConstraint("slug"), UniqueConstraint("host"))

    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    # How a header names it.
    slug: Mapped[str] = mapped_column(String(SLUG_MAX))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    # The address that leads to it.
    host: Mapped[str | None] = mapped_column(String(HOST_MAX))
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
