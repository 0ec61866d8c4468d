"""The first data of an installation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from shop.constants.job import JobName
from shop.constants.language import Language
from shop.constants.user import UserRole
from shop.core.database.model import DEFAULT_TENANT
from shop.core.database.transaction import transactional
from shop.core.jobs.job import Job
from shop.core.settings.settings import Settings
from shop.core.tenant import all_tenants, for_tenant_argument
from shop.services.item import ItemService
from shop.services.tenant import TenantService
from shop.services.user import UserService
from shop.supports.demo_item import DEMO_ITEMS, SECOND_ITEMS, DemoItem

# Printed at every start, on purpose; production has none of them.
DEMO_ADMIN = ("Demo Admin", "admin@example.com", "Admin-demo-1", UserRole.ADMIN)
DEMO_BUYER = ("Demo Buyer", "buyer@example.com", "Buyer-demo-1", UserRole.GENERAL)
SECOND_TENANT = ("second", "Second shop")
SECOND_ADMIN = ("Second Admin", "admin@second.example.com", "Admin-demo-2", UserRole.ADMIN)
SECOND_BUYER = ("Second Buyer", "buyer@second.example.com", "Buyer-demo-2", UserRole.GENERAL)


class DemoAccount(NamedTuple):
    """Printable demo account; `tenant` is empty for the default tenant."""

    email: str
    password: str
    tenant: str = ""

    def __str__(self) -> str:
        """Format the account as one line."""
        return f"{self.email}  {self.password}" + (f"  (X-Tenant: {self.tenant})" if self.tenant else "")


@dataclass(frozen=True)
class SeedJob(Job):
    """Job that creates the first data; safe to repeat.

    Outside production it adds a buyer, items and a second tenant.
    """

    users: UserService
    items: ItemService
    tenants: TenantService
    settings: Settings

    name = JobName.SEED

    def run(self) -> list[DemoAccount]:
        """Create the accounts; return the demo accounts, the default buyer last."""
        email, password = self.settings.admin_email, self.settings.admin_password
        named = bool(email and password)
        if named:
            self.seed_tenant(DEFAULT_TENANT, [("Administrator", email, password, UserRole.ADMIN)])
        return [] if self.settings.production else self._seed_demo(with_admin=not named)

    def _seed_demo(self, *, with_admin: bool) -> list[DemoAccount]:
        admins, others = [DEMO_ADMIN] if with_admin else [], [SECOND_ADMIN, SECOND_BUYER]
        self.seed_tenant(DEFAULT_TENANT, [*admins, DEMO_BUYER], DEMO_ITEMS)
        self.seed_tenant(self.ensure_tenant(*SECOND_TENANT), others, SECOND_ITEMS)
        listed = (
            [(person, "") for person in admins] + [(person, SECOND_TENANT[0]) for person in others] + [(DEMO_BUYER, "")]
        )
        return [DemoAccount(email, password, tenant) for (_, email, password, _), tenant in listed]

    @all_tenants()
    @transactional
    def ensure_tenant(self, slug: str, name: str) -> int:
        """Return the id of a tenant; create it when it is missing."""
        return self.tenants.ensure(slug, name)

    @for_tenant_argument
    @transactional
    def seed_tenant(
        self, _tenant_id: int, accounts: Sequence[tuple[str, str, str, str]], items: Sequence[DemoItem] = ()
    ) -> None:
        """Create accounts, and items when the tenant never had one."""
        for person in accounts:
            self.users.ensure(*person)
        if items and self.items.is_empty():
            for item in items:
                self.items.create(None, _to_fields(item))


def _to_fields(item: DemoItem) -> dict[str, Any]:
    fields = item._asdict()
    names, introductions = fields.pop("names"), fields.pop("introductions")
    return {
        **fields,
        "name": names[0],
        "introduction": introductions[0],
        "name_translations": dict(zip(Language, names, strict=True)),
        "introduction_translations": dict(zip(Language, introductions, strict=True)),
    }
