"""Rules of tenants."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shop.constants.tenant import HOST_PATTERN, NAME_MAX, SLUG_PATTERN
from shop.core.auth.tenant_resolver import TenantDirectory, TenantEntry
from shop.core.clock import Clock
from shop.core.errors import DuplicateRow, ShopError
from shop.core.validation.human_text import has_forbidden, is_visible, normalize_text
from shop.exception_codes.tenant import TenantExceptionCode
from shop.repositories.tenant import TenantRepository

if TYPE_CHECKING:
    from shop.models.tenant import Tenant


@dataclass(frozen=True)
class TenantService(TenantDirectory):
    """Lists, adds, disables and enables tenants, in the scope of all tenants."""

    tenants: TenantRepository
    clock: Clock

    def find_all(self) -> Sequence[TenantEntry]:
        """Return every tenant, oldest first."""
        return [
            TenantEntry(row.tenant_id, row.slug, row.name, row.host, enabled=row.disabled_at is None)
            for row in self.tenants.find_all()
        ]

    def add(self, slug: str, name: str, host: str | None) -> int:
        """Add an empty tenant; return its id.

        Raises ShopError SLUG_FORMAT, NAME_FORMAT, HOST_FORMAT, TAKEN.
        """
        shown = normalize_text(name)
        if not re.fullmatch(SLUG_PATTERN, slug):
            raise ShopError(TenantExceptionCode.SLUG_FORMAT)
        if has_forbidden(name) or not is_visible(shown) or len(shown) > NAME_MAX:
            raise ShopError(TenantExceptionCode.NAME_FORMAT)
        if host is not None and not re.fullmatch(HOST_PATTERN, host):
            raise ShopError(TenantExceptionCode.HOST_FORMAT)
        try:
            return self.tenants.create(slug=slug, name=shown, host=host, created_at=self.clock.now()).tenant_id
        except DuplicateRow as error:
            raise ShopError(TenantExceptionCode.TAKEN) from error

    def ensure(self, slug: str, name: str) -> int:
        """Return the id of a tenant, which is added when missing."""
        tenant = self.tenants.find_by_slug(slug)
        return tenant.tenant_id if tenant else self.add(slug, name, None)

    def disable(self, slug: str) -> None:
        """Refuse all requests of a tenant; raises ShopError NOT_FOUND."""
        self._set_disabled_at(slug, self.clock.now())

    def enable(self, slug: str) -> None:
        """Accept requests of a tenant again; raises ShopError NOT_FOUND."""
        self._set_disabled_at(slug, None)

    def _set_disabled_at(self, slug: str, disabled_at: datetime | None) -> None:
        tenant: Tenant | None = self.tenants.find_by_slug(slug)
        if tenant is None:
            raise ShopError(TenantExceptionCode.NOT_FOUND, slug=slug)
        tenant.disabled_at = disabled_at
