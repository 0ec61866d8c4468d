"""Tenant administration, run by an operator."""

from collections.abc import Sequence
from dataclasses import dataclass

from shop.constants.job import JobName
from shop.constants.user import UserRole
from shop.core.auth.tenant_resolver import TenantEntry
from shop.core.database.transaction import transactional
from shop.core.jobs.job import Job
from shop.core.tenant import all_tenants, for_tenant_argument
from shop.services.tenant import TenantService
from shop.services.user import UserService


@dataclass(frozen=True)
class TenantJob(Job):
    """Job that lists, adds, disables and enables tenants."""

    tenants: TenantService
    users: UserService

    name = JobName.TENANTS

    @all_tenants()
    @transactional
    def run(self) -> Sequence[TenantEntry]:
        """List all tenants."""
        return self.tenants.find_all()

    @all_tenants()
    @transactional
    def add(self, slug: str, name: str, host: str | None, admin_email: str | None = None) -> int:
        """Add a tenant and return its id.

        Adds none when the address of its first administrator is not valid.
        """
        if admin_email:
            self.users.require_address(admin_email)
        return self.tenants.add(slug, name, host)

    @for_tenant_argument
    @transactional
    def add_administrator(self, _tenant_id: int, email: str, password: str) -> bool:
        """Add an administrator; return False when the address has an account."""
        return self.users.ensure("Administrator", email, password, UserRole.ADMIN)

    @all_tenants()
    @transactional
    def disable(self, slug: str) -> None:
        """Disable a tenant: its users cannot sign in."""
        self.tenants.disable(slug)

    @all_tenants()
    @transactional
    def enable(self, slug: str) -> None:
        """Enable a tenant again."""
        self.tenants.enable(slug)
