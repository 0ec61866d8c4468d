"""What is done to an account is done to its sessions."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from shop.constants.session import SessionEndReason
from shop.core.caller import Caller
from shop.services.account import AccountService
from shop.services.session import SessionService


@dataclass(frozen=True)
class AccountServiceManager:
    """Changes accounts so that their next request finds it."""

    accounts: AccountService
    sessions: SessionService

    def assign(
        self, caller: Caller, user_id: int, roles: Collection[str], permissions: Collection[str]
    ) -> dict[str, Any]:
        """Give a user these rights and no others; the card. Raises ShopError as AccountService does."""
        card = self.accounts.assign(caller, user_id, roles, permissions)
        self.sessions.invalidate(user_id)
        return card

    def disable(self, caller: Caller, user_id: int) -> dict[str, Any]:
        """Shut a user out until somebody enables it; the card. Raises ShopError as AccountService does."""
        card = self.accounts.disable(caller, user_id)
        self.sessions.end_all(user_id, SessionEndReason.DISABLED)
        return card
