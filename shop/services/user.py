"""Rules of users and their passwords."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shop.combinations.user import UserCombination
from shop.constants.user import UserRole
from shop.core.clock import Clock
from shop.core.crypto.passwords import Passwords
from shop.core.database.transaction import release_connection
from shop.core.errors import DuplicateRow, ShopError
from shop.exception_codes.user import UserExceptionCode
from shop.repositories.user import UserRepository
from shop.supports.user import encode_roles

if TYPE_CHECKING:
    from shop.models.user import User


@dataclass(frozen=True)
class UserService:
    """Registers users and verifies their passwords."""

    users: UserRepository
    combination: UserCombination
    passwords: Passwords
    clock: Clock

    def register(self, name: str, email: str, password: str) -> dict[str, Any]:
        """Create a user that may only buy; raises ShopError EMAIL_TAKEN."""
        try:
            return self.combination.card(self._create(name, email, password, UserRole.GENERAL))
        except DuplicateRow as error:
            raise ShopError(UserExceptionCode.EMAIL_TAKEN, field="email") from error

    def sign_in(self, password: str, email: str = "", name: str = "") -> dict[str, Any]:
        """Verify the credentials; return the user's card.

        Every failure raises the same ShopError after the same time. A name with several users means the oldest one, so
        that a new account cannot take over a name.
        """
        find = self.users.find_by_email if email else self.users.find_by_name
        user = self._verify(find(email.lower() or name), password)
        if user is None:
            raise ShopError(UserExceptionCode.CREDENTIALS_WRONG)
        if self.passwords.is_outdated(user.password_hash):
            user.password_hash = self.passwords.hash(password)
        return self.combination.card(user)

    def change_password(self, user_id: int, current_password: str, new_password: str) -> None:
        """Change the password; raises ShopError PASSWORD_WRONG."""
        hashed = self.passwords.hash(new_password)
        user = self._verify(self.users.find(user_id), current_password)
        if user is None:
            raise ShopError(UserExceptionCode.PASSWORD_WRONG, field="current_password")
        user.password_hash, user.updated_at = hashed, self.clock.now()

    def ensure(self, name: str, email: str, password: str, role: str) -> bool:
        """Create a user unless the address has an account; True if created."""
        if self.users.find_by_email(email.lower()):
            return False
        self._create(name, email, password, role)
        return True

    def _verify(self, found: "User | None", password: str) -> "User | None":
        """Lock and return the user if the password matches.

        Returns None otherwise, after the same time.
        """
        # A hash is slow on purpose, so no row lock and no connection is kept meanwhile.
        release_connection()
        expected_hash = found.password_hash if found else None
        if not self.passwords.verify(expected_hash, password) or found is None or found.disabled_at:
            return None
        user = self.users.lock_many([found.id]).get(found.id)
        # The password may have changed since the row was read; then it was the wrong one.
        return user if user and user.password_hash == expected_hash and not user.disabled_at else None

    def _create(self, name: str, email: str, password: str, role: str) -> "User":
        now = self.clock.now()
        return self.users.create(
            name=name,
            email=email.lower(),
            password_hash=self.passwords.hash(password),
            roles=encode_roles([role]),
            created_at=now,
            updated_at=now,
        )
