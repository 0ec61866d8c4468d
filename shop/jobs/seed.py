"""The first data of an installation."""

from dataclasses import dataclass
from typing import Any

from shop.constants.demo import BUYER_EMAIL, BUYER_PASSWORD, DEMO_ADMIN_EMAIL, DEMO_ADMIN_PASSWORD, DEMO_ITEMS
from shop.constants.job import JobName
from shop.constants.user import UserRole
from shop.core.job import Job
from shop.core.model import DEFAULT_TENANT
from shop.core.settings import Settings
from shop.core.transaction import transactional
from shop.services.item import ItemService
from shop.services.user import UserService


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
        accounts = {}
        email, password = self.settings.admin_email, self.settings.admin_password
        if email and password:
            self.users.ensure(DEFAULT_TENANT, "Administrator", email, password, UserRole.ADMIN)
        elif not self.settings.production:
            accounts |= self._account("Demo Admin", DEMO_ADMIN_EMAIL, DEMO_ADMIN_PASSWORD, UserRole.ADMIN)
        if not self.settings.production:
            accounts |= self._account("Demo Buyer", BUYER_EMAIL, BUYER_PASSWORD, UserRole.GENERAL)
            self._offer()
        return accounts

    def _account(self, name: str, email: str, password: str, role: str) -> dict[str, str]:
        self.users.ensure(DEFAULT_TENANT, name, email, password, role)
        return {email: password}

    def _offer(self) -> None:
        if self.items.is_empty(DEFAULT_TENANT):
            for words in DEMO_ITEMS:
                self.items.create(DEFAULT_TENANT, None, dict[str, Any](words))
