"""Queries of the table tenants."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from shop.core.database.repository import Repository
from shop.models.tenant import Tenant


@dataclass(frozen=True)
class TenantRepository(Repository[Tenant]):
    """Repository of tenants."""

    model = Tenant

    def find_all(self) -> Sequence[Tenant]:
        """Return all tenants, oldest first."""
        return self.session.scalars(select(Tenant).order_by(Tenant.tenant_id)).all()

    def find_by_slug(self, slug: str) -> Tenant | None:
        """Return the tenant with that slug, or None."""
        return self.session.scalar(select(Tenant).where(Tenant.slug == slug))
