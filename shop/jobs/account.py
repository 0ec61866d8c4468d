"""Accounts as an operator sees them."""

from collections.abc import Sequence
from dataclasses import dataclass

from shop.constants.job import JobName
from shop.core.database.errors import DBAPIError
from shop.core.database.transaction import transactional
from shop.core.jobs.job import Job
from shop.core.tenant import all_tenants
from shop.services.user import UserService


@dataclass(frozen=True)
class AccountJob(Job):
    """Job that lists accounts whose addresses have become equal."""

    users: UserService

    name = JobName.ACCOUNTS

    def run(self) -> Sequence[str]:
        """Return a sentence for each address that has several accounts.

        Returns none while the database does not answer or has no such table.
        """
        try:
            return self.describe_equal_addresses()
        except DBAPIError:
            return []

    @all_tenants()
    @transactional
    def describe_equal_addresses(self) -> list[str]:
        """Return a sentence for each address that has several accounts."""
        return [
            f"Tenant {rows[0][0]} has one e-mail address in {len(rows)} spellings: "
            + ", ".join(f"user {user_id} as {email!a}" for _, user_id, email in rows)
            + ". Each signs in by its own."
            for rows in self.users.find_equal_addresses()
        ]
