"""Table tenants."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.constants.tenant import HOST_MAX, NAME_MAX, SLUG_MAX
from shop.core.database.model import Model


class Tenant(Model):
    """Tenant, owner of its own row.

    A disabled tenant keeps its rows, but its users cannot sign in.
    """

    __tablename__ = "tenants"
    __table_args__ = (UniqueConstraint("slug"), UniqueConstraint("host"))

    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    # Name in the `X-Tenant` header.
    slug: Mapped[str] = mapped_column(String(SLUG_MAX))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    # Host name that selects the tenant.
    host: Mapped[str | None] = mapped_column(String(HOST_MAX))
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
