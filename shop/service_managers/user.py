"""Changes of users, applied to their sessions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shop.constants.session import SessionEndReason
from shop.core.caller import Caller
from shop.services.session import SessionService
from shop.services.user import UserService


@dataclass(frozen=True)
class UserServiceManager:
    """Opens sessions for users and ends them after a password change."""

    users: UserService
    sessions: SessionService

    def register(self, body: dict[str, Any], agent: str) -> dict[str, Any]:
        """Create and sign in a user; raises ShopError EMAIL_TAKEN."""
        user = self.users.register(**body)
        return {**self.sessions.open(user, agent), "user": user}

    def sign_in(self, body: dict[str, Any], agent: str, admit: Callable[[str], object]) -> dict[str, Any]:
        """Return the tokens of a new session; raises ShopError CREDENTIALS_WRONG.

        `admit` counts the attempt, and receives the subject of the account's limits.
        """
        return self.sessions.open(self.users.sign_in(admit, **body), agent)

    def change_password(self, caller: Caller, body: dict[str, Any]) -> None:
        """Change the password and end the caller's other sessions.

        Raises ShopError PASSWORD_WRONG.
        """
        self.users.change_password(caller.user_id, **body)
        self.sessions.end_all(caller.user_id, SessionEndReason.PASSWORD, except_id=caller.session_id)
