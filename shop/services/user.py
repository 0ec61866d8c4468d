"""Rules of accounts."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from shop.cache_managers.user import UserCacheManager
from shop.combinations.user import UserCombination
from shop.constants.user import UserRole
from shop.core.caller import Caller
from shop.core.clock import Clock
from shop.core.errors import CoreExceptionCode, DuplicateRow, ShopError
from shop.core.passwords import Passwords
from shop.core.tokens import Claims
from shop.exception_codes.user import UserExceptionCode
from shop.repositories.user import UserRepository
from shop.supports.user import caller_of, flags_of

if TYPE_CHECKING:
    from shop.models.user import User


@dataclass(frozen=True)
class UserService:
    """Registers users, signs them in and knows them again."""

    users: UserRepository
    cache: UserCacheManager
    combine: UserCombination
    passwords: Passwords
    clock: Clock

    def register(self, tenant_id: int, name: str, email: str, password: str) -> dict[str, Any]:
        """A new account without any right but to buy; raises ShopError EMAIL_TAKEN."""
        try:
            return self.combine.card(self._create(tenant_id, name, email, password, UserRole.GENERAL))
        except DuplicateRow as error:
            raise ShopError(UserExceptionCode.EMAIL_TAKEN, field="email") from error

    def sign_in(self, tenant_id: int, email: str, password: str) -> dict[str, Any]:
        """The user's card; raises the same ShopError, after the same time, whatever was wrong."""
        user = self.users.find_by_email(tenant_id, email.lower())
        right = self.passwords.verify(user.password_hash if user else None, password)
        if user is None or user.disabled_at or not right:
            raise ShopError(UserExceptionCode.CREDENTIALS_WRONG)
        return self.combine.card(user)

    def identify(self, claims: Claims) -> Caller | None:
        """The caller a good token stands for: from the cache, else from the table."""
        card = self._card(claims.tenant_id, claims.user_id)
        return caller_of(card) if card else None

    def get_card(self, caller: Caller) -> dict[str, Any]:
        """What the caller may know of itself."""
        card = self._card(caller.tenant_id, caller.user_id)
        if card is None:
            raise ShopError(CoreExceptionCode.TOKEN_INVALID)
        return card

    def ensure(self, tenant_id: int, name: str, email: str, password: str, role: str) -> bool:
        """Create the user unless the address has an account; whether it did."""
        if self.users.find_by_email(tenant_id, email.lower()):
            return False
        self._create(tenant_id, name, email, password, role)
        return True

    def _create(self, tenant_id: int, name: str, email: str, password: str, role: str) -> "User":
        now = self.clock.now()
        return self.users.create(
            tenant_id=tenant_id,
            name=name,
            email=email.lower(),
            password_hash=self.passwords.hash(password),
            roles=flags_of([role]),
            created_at=now,
            updated_at=now,
        )

    def _card(self, tenant_id: int, user_id: int) -> dict[str, Any] | None:
        build = partial(self._find_card, tenant_id, user_id)
        card: dict[str, Any] | None = self.cache.remember(self.cache.card, build, tenant=tenant_id, user=user_id)
        return card

    def _find_card(self, tenant_id: int, user_id: int) -> dict[str, Any] | None:
        user = self.users.find(user_id)
        good = user and user.tenant_id == tenant_id and not user.disabled_at
        return self.combine.card(user) if user and good else None
