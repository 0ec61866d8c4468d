"""The first data of an installation."""

from dataclasses import dataclass
from typing import Any

from shop.constants.item import ItemStatus
from shop.constants.job import JobName
from shop.constants.user import UserRole
from shop.core.job import Job
from shop.core.model import DEFAULT_TENANT
from shop.core.settings import Settings
from shop.core.transaction import transactional
from shop.services.item import ItemService
from shop.services.user import UserService

# Printed at every start, on purpose; production has none of them.
DEMO_ADMIN = ("Demo Admin", "admin@example.com", "Admin-demo-1", UserRole.ADMIN)
DEMO_BUYER = ("Demo Buyer", "buyer@example.com", "Buyer-demo-1", UserRole.GENERAL)
DEMO_ITEMS: tuple[dict[str, Any], ...] = (
    {"name": "Concert ticket", "price_minor": 248_000, "currency": "TWD", "stock": 100, "status": ItemStatus.ON_SALE},
    {"name": "Limited print", "price_minor": 8_900, "currency": "EUR", "stock": 25, "status": ItemStatus.ON_SALE}
    | {"max_per_user": 2},
    {"name": "Coming soon", "price_minor": 1_500, "currency": "EUR", "stock": 10, "status": ItemStatus.DRAFT},
)


@dataclass(frozen=True)
class SeedJob(Job):
    """An administrator; outside production also a buyer and items. Doing it again changes nothing."""

    users: UserService
    items: ItemService
    settings: Settings

    name = JobName.SEED

    @transactional
    def run(self) -> dict[str, str]:
        """E-mail -> password of the demo accounts, for whoever started it to print."""
        accounts: dict[str, str] = {}
        email, password = self.settings.admin_email, self.settings.admin_password
        if email and password:
            self.users.ensure(DEFAULT_TENANT, "Administrator", email, password, UserRole.ADMIN)
        elif not self.settings.production:
            accounts |= self._account(*DEMO_ADMIN)
        if not self.settings.production:
            accounts |= self._account(*DEMO_BUYER)
            self._offer()
        return accounts

    def _account(self, name: str, email: str, password: str, role: str) -> dict[str, str]:
        self.users.ensure(DEFAULT_TENANT, name, email, password, role)
        return {email: password}

    def _offer(self) -> None:
        if self.items.is_empty(DEFAULT_TENANT):
            for words in DEMO_ITEMS:
                self.items.create(DEFAULT_TENANT, None, words)
