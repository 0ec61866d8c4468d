"""Changes of accounts, applied to their sessions."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from shop.constants.session import SessionEndReason
from shop.core.caller import Caller
from shop.services.account import AccountService
from shop.services.session import SessionService


@dataclass(frozen=True)
class AccountServiceManager:
    """Changes accounts with effect on their next request."""

    accounts: AccountService
    sessions: SessionService

    def assign(
        self, caller: Caller, user_id: int, roles: Collection[str], permissions: Collection[str]
    ) -> dict[str, Any]:
        """Replace the roles and permissions of a user; return its card.

        Raises ShopError as AccountService does.
        """
        card = self.accounts.assign(caller, user_id, roles, permissions)
        self.sessions.invalidate(user_id)
        return card

    def disable(self, caller: Caller, user_id: int) -> dict[str, Any]:
        """Disable a user and end its sessions; return its card.

        Raises ShopError as AccountService does.
        """
        card = self.accounts.disable(caller, user_id)
        self.sessions.end_all(user_id, SessionEndReason.DISABLED)
        return card
