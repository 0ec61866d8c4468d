"""Rules of users and their passwords."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shop.combinations.user import UserCombination
from shop.constants.user import UserRole
from shop.core.clock import Clock
from shop.core.crypto.passwords import PasswordMatch, Passwords
from shop.core.database.transaction import release_connection
from shop.core.errors import DuplicateRow, ShopError
from shop.core.validation.email_addresses import normalize_address, parse_address, spell_address
from shop.exception_codes.user import UserExceptionCode
from shop.repositories.user import UserRepository
from shop.supports.user import digest_account_name, encode_roles, limit_subject, spell_name

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
        if self.users.find_by_email(spell_address(email)):
            raise ShopError(UserExceptionCode.EMAIL_TAKEN, field="email")
        release_connection()
        try:
            return self.combination.card(self._create(name, email, password, UserRole.GENERAL))
        except DuplicateRow as error:
            raise ShopError(UserExceptionCode.EMAIL_TAKEN, field="email") from error

    def sign_in(self, admit: Callable[[str], object], password: str, email: str = "", name: str = "") -> dict[str, Any]:
        """Verify the credentials; return the user's card.

        `admit` counts the attempt, and receives the subject of the account's limits. Every failure raises the same
        ShopError after the same time. A name with several users means the oldest one, so that a new account cannot take
        over a name.
        """
        found = self.users.find_by_email(spell_address(email)) if email else self._find_by_name(name)
        release_connection()
        admit(limit_subject(found.id) if found else digest_account_name(normalize_address(email) if email else name))
        user, match = self._verify(found, password)
        if user is None:
            raise ShopError(UserExceptionCode.CREDENTIALS_WRONG)
        if match is PasswordMatch.RAW or self.passwords.is_outdated(user.password_hash):
            user.password_hash = self.passwords.hash(password)
        return self.combination.card(user)

    def change_password(self, user_id: int, current_password: str, new_password: str) -> None:
        """Change the password; raises ShopError PASSWORD_WRONG."""
        hashed = self.passwords.hash(new_password)
        user, _ = self._verify(self.users.find(user_id), current_password)
        if user is None:
            raise ShopError(UserExceptionCode.PASSWORD_WRONG, field="current_password")
        user.password_hash, user.updated_at = hashed, self.clock.now()

    def ensure(self, name: str, email: str, password: str, role: str) -> bool:
        """Create a user unless the address has an account; True if created.

        Raises ShopError EMAIL_FORMAT.
        """
        if self.users.find_by_email(spell_address(email)):
            return False
        self._create(name, self.require_address(email), password, role)
        return True

    def require_address(self, email: str) -> str:
        """Return the only spelling of an address; raises ShopError EMAIL_FORMAT."""
        try:
            return parse_address(email)
        except ValueError as error:
            raise ShopError(UserExceptionCode.EMAIL_FORMAT) from error

    def find_equal_addresses(self) -> list[list[tuple[int, int, str]]]:
        """Return groups of accounts that have one address in several spellings.

        An account is (tenant id, user id, address).
        """
        spelled = list(self.users.find_spelled_addresses())
        normal = {(tenant_id, normalize_address(email)) for tenant_id, _, email in spelled}
        known = {*spelled, *self.users.find_addresses({email for _, email in normal})}
        groups: dict[tuple[int, str], list[tuple[int, int, str]]] = {}
        for row in sorted(known):
            groups.setdefault((row[0], normalize_address(row[2])), []).append(row)
        return [rows for rows in groups.values() if len(rows) > 1]

    def _find_by_name(self, name: str) -> "User | None":
        # Each spelling is queried, so that the time does not say which one is stored.
        found = [self.users.find_by_name(spelling) for spelling in spell_name(name)]
        return next((user for user in found if user), None)

    def _verify(self, found: "User | None", password: str) -> "tuple[User | None, PasswordMatch]":
        """Lock and return the user if the password matches.

        Also returns how it matches. Returns no user otherwise, after the same time.
        """
        # A hash is slow on purpose, so no row lock and no connection is kept meanwhile.
        release_connection()
        expected_hash = found.password_hash if found else None
        match = self.passwords.verify(expected_hash, password)
        if not match or found is None or found.disabled_at:
            return None, match
        user = self.users.lock_many([found.id]).get(found.id)
        # The password may have changed since the row was read; then it was the wrong one.
        return user if user and user.password_hash == expected_hash and not user.disabled_at else None, match

    def _create(self, name: str, email: str, password: str, role: str) -> "User":
        now = self.clock.now()
        return self.users.create(
            name=name,
            email=email,
            password_hash=self.passwords.hash(password),
            roles=encode_roles([role]),
            created_at=now,
            updated_at=now,
        )
