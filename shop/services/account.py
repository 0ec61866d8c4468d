"""Rules of accounts as managed by administrators."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shop.combinations.user import UserCombination
from shop.constants.permission import Permission
from shop.constants.user import UserRole
from shop.core.auth.policy import AccessRule
from shop.core.caller import Caller
from shop.core.clock import Clock
from shop.core.errors import ShopError
from shop.exception_codes.permission import PermissionExceptionCode
from shop.exception_codes.user import UserExceptionCode
from shop.repositories.user import UserRepository
from shop.supports.user import (
    UserPolicy,
    build_caller,
    decode_permissions,
    encode_roles,
    is_admin,
    is_system_permission,
)

if TYPE_CHECKING:
    from shop.models.user import User


@dataclass(frozen=True)
class AccountService:
    """Reads users of a tenant, assigns their rights, disables and enables them."""

    users: UserRepository
    combination: UserCombination
    clock: Clock

    def get(self, caller: Caller, user_id: int) -> dict[str, Any]:
        """Return the card of a visible user; raises ShopError NOT_FOUND."""
        # Others' rows are not read at all, so they cost the same as unknown ones.
        user = self.users.find(user_id) if UserPolicy.view.allows_row(caller, user_id) else None
        if user is None:
            raise ShopError(UserExceptionCode.NOT_FOUND, user_id=user_id)
        return self.combination.card(user)

    def require_user(self, user_id: int) -> None:
        """Raise ShopError NOT_FOUND unless the user exists."""
        if self.users.find(user_id) is None:
            raise ShopError(UserExceptionCode.NOT_FOUND, user_id=user_id)

    def assign(
        self, caller: Caller, user_id: int, roles: Collection[str], permissions: Collection[str]
    ) -> dict[str, Any]:
        """Replace the roles and permissions of a user; return its card.

        Raises ShopError: SYSTEM_PERMISSION, NOT_HELD, and as `_lock` does.
        """
        if UserRole.ADMIN not in roles and any(map(is_system_permission, permissions)):
            raise ShopError(PermissionExceptionCode.SYSTEM_PERMISSION, field="permissions")
        actor, user = self._lock(UserPolicy.grant, caller, user_id)
        if UserRole.ADMIN in roles:
            _require_appoint_permission(actor)
        # The caller needs the permissions that change, not those that stay.
        changed = set(permissions) ^ set(decode_permissions(user.roles, user.permissions))
        if lacking := sorted(code for code in changed if not actor.has_permission(code)):
            raise ShopError(PermissionExceptionCode.NOT_HELD, permissions=lacking)
        user.roles, user.permissions = encode_roles(roles), " ".join(sorted(set(permissions)))
        return self._touch(user)

    def disable(self, caller: Caller, user_id: int) -> dict[str, Any]:
        """Disable a user until it is enabled again; return its card.

        Raises ShopError as `_lock` does.
        """
        _, user = self._lock(UserPolicy.disable, caller, user_id)
        user.disabled_at = user.disabled_at or self.clock.now()
        return self._touch(user)

    def enable(self, caller: Caller, user_id: int) -> dict[str, Any]:
        """Enable a user; return its card. Raises ShopError as `_lock` does."""
        _, user = self._lock(UserPolicy.disable, caller, user_id)
        user.disabled_at = None
        return self._touch(user)

    def _lock(self, rule: AccessRule, caller: Caller, user_id: int) -> tuple[Caller, "User"]:
        """Return the caller with its current rights, and the locked user.

        Raises ShopError: OWN_RIGHTS, FORBIDDEN, NOT_FOUND, ADMINISTRATOR.
        """
        if user_id == caller.user_id:
            raise ShopError(UserExceptionCode.OWN_RIGHTS)
        rows = self.users.lock_many([caller.user_id, user_id])
        # Of two administrators that revoke each other's rights at the same moment, the second has none any more.
        own_row, user = rows[caller.user_id], rows.get(user_id)
        actor = build_caller(self.combination.card(own_row), caller.session_id)
        rule.check(None if own_row.disabled_at else actor)
        if user is None or not rule.allows_row(actor, user.id):
            raise ShopError(UserExceptionCode.NOT_FOUND, user_id=user_id)
        if is_admin(user.roles):
            _require_appoint_permission(actor)
        return actor, user

    def _touch(self, user: "User") -> dict[str, Any]:
        user.updated_at = self.clock.now()
        return self.combination.card(user)


def _require_appoint_permission(actor: Caller) -> None:
    if not actor.has_permission(Permission.SYSTEM_APPOINT.code):
        raise ShopError(UserExceptionCode.ADMINISTRATOR)
