"""Bulk creation of signed-in buyers."""

from dataclasses import dataclass

from uuid_utils.compat import uuid7

from shop.constants.user import RoleFlag
from shop.container import Container
from shop.core.clock import Clock
from shop.core.crypto.passwords import Passwords
from shop.core.database.engine import Database
from shop.core.database.model import DEFAULT_TENANT
from shop.core.database.transaction import transactional
from shop.core.tenant import in_tenant
from shop.repositories.user import UserRepository
from shop.services.session import SessionService


@dataclass(frozen=True)
class AccountFactory:
    """Factory of buyers that uses the shop's own collaborators."""

    database: Database
    users: UserRepository
    passwords: Passwords
    sessions: SessionService
    clock: Clock

    @classmethod
    def from_container(cls, container: Container) -> "AccountFactory":
        """Create a factory from a shop's container."""
        get = container.get
        return cls(get(Database), get(UserRepository), get(Passwords), get(SessionService), get(Clock))

    def create_buyers(self, count: int) -> list[str]:
        """Create new buyers, and return their access tokens."""
        # Argon2 is slow on purpose: a hash and a sign-in for each buyer would measure Argon2, not the purchase. So
        # all share one hash, and their sessions are opened here as the shop itself opens them.
        with in_tenant(DEFAULT_TENANT):
            return self._create_in_transaction(count, self.passwords.hash("Buyers-share-1"))

    @transactional
    def _create_in_transaction(self, count: int, password_hash: str) -> list[str]:
        now, run = self.clock.now(), uuid7().hex
        rows = [
            self.users.create(
                name=f"Buyer {number}",
                email=f"{run}-{number}@example.org",
                password_hash=password_hash,
                roles=int(RoleFlag.GENERAL),
                created_at=now,
                updated_at=now,
            )
            for number in range(count)
        ]
        profiles = [{"id": row.id, "tenant_id": DEFAULT_TENANT} for row in rows]
        return [self.sessions.open(profile, "benchmark")["access_token"] for profile in profiles]
