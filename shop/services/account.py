"""Rules of accounts that somebody else looks after."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shop.combinations.user import UserCombination
from shop.constants.permission import Permission
from shop.constants.user import UserRole
from shop.core.auth.policy import Rule
from shop.core.caller import Caller
from shop.core.clock import Clock
from shop.core.errors import ShopError
from shop.exception_codes.permission import PermissionExceptionCode
from shop.exception_codes.user import UserExceptionCode
from shop.repositories.user import UserRepository
from shop.supports.user import UserPolicy, caller_of, flags_of, is_admin, is_of_system, permissions_of

if TYPE_CHECKING:
    from shop.models.user import User


@dataclass(frozen=True)
class AccountService:
    """Shows the users of a tenant, gives and takes their rights, shuts them out and lets them in again."""

    users: UserRepository
    combine: UserCombination
    clock: Clock

    def get(self, caller: Caller, user_id: int) -> dict[str, Any]:
        """The card of a user whom the caller may see; raises ShopError NOT_FOUND."""
        user = self.users.find(user_id)
        if user is None or not UserPolicy.view.reaches(caller, user.id):
            raise ShopError(UserExceptionCode.NOT_FOUND, user_id=user_id)
        return self.combine.card(user)

    def check(self, user_id: int) -> None:
        """Raise ShopError NOT_FOUND unless there is that user."""
        if self.users.find(user_id) is None:
            raise ShopError(UserExceptionCode.NOT_FOUND, user_id=user_id)

    def assign(
        self, caller: Caller, user_id: int, roles: Collection[str], permissions: Collection[str]
    ) -> dict[str, Any]:
        """Give a user these rights and no others; the card.

        Raises ShopError: SYSTEM_PERMISSION, NOT_HELD, and as `_lock` does.
        """
        if UserRole.ADMIN not in roles and any(map(is_of_system, permissions)):
            raise ShopError(PermissionExceptionCode.SYSTEM_PERMISSION, field="permissions")
        actor, user = self._lock(UserPolicy.grant, caller, user_id)
        if UserRole.ADMIN in roles:
            _check_appoints(actor)
        # What stays as it was, the caller need not have.
        changed = set(permissions) ^ set(permissions_of(user.roles, user.permissions))
        if lacking := sorted(code for code in changed if not actor.may(code)):
            raise ShopError(PermissionExceptionCode.NOT_HELD, permissions=lacking)
        user.roles, user.permissions = flags_of(roles), " ".join(sorted(set(permissions)))
        return self._changed(user)

    def disable(self, caller: Caller, user_id: int) -> dict[str, Any]:
        """Shut a user out until somebody enables it; the card. Raises ShopError as `_lock` does."""
        _, user = self._lock(UserPolicy.disable, caller, user_id)
        user.disabled_at = user.disabled_at or self.clock.now()
        return self._changed(user)

    def enable(self, caller: Caller, user_id: int) -> dict[str, Any]:
        """Let a user in again; the card. Raises ShopError as `_lock` does."""
        _, user = self._lock(UserPolicy.disable, caller, user_id)
        user.disabled_at = None
        return self._changed(user)

    def _lock(self, rule: Rule, caller: Caller, user_id: int) -> tuple[Caller, "User"]:
        """The caller as it is now, and the user it wants to change.

        Raises ShopError: OWN_RIGHTS, FORBIDDEN, NOT_FOUND, ADMINISTRATOR.
        """
        if user_id == caller.user_id:
            raise ShopError(UserExceptionCode.OWN_RIGHTS)
        rows = self.users.lock([caller.user_id, user_id])
        # Of two who take each other's rights at the same moment, the second has none any more.
        itself, user = rows[caller.user_id], rows.get(user_id)
        actor = caller_of(self.combine.card(itself), caller.session_id)
        rule.check(None if itself.disabled_at else actor)
        if user is None or not rule.reaches(actor, user.id):
            raise ShopError(UserExceptionCode.NOT_FOUND, user_id=user_id)
        if is_admin(user.roles):
            _check_appoints(actor)
        return actor, user

    def _changed(self, user: "User") -> dict[str, Any]:
        user.updated_at = self.clock.now()
        return self.combine.card(user)


def _check_appoints(actor: Caller) -> None:
    if not actor.may(Permission.SYSTEM_APPOINT.code):
        raise ShopError(UserExceptionCode.ADMINISTRATOR)
