"""Who may do what with users, and how roles and permissions are kept on a row."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from shop.constants.permission import SYSTEM_AREA, Permission
from shop.constants.user import RoleFlag, UserRole
from shop.core.auth.policy import OWNER, owner_or, permission
from shop.core.caller import Caller


class UserPolicy:
    """A rule for each thing that is done with users; a user belongs to itself."""

    view_own = OWNER
    view_any = permission(Permission.USERS_VIEW_ANY)
    view = owner_or(Permission.USERS_VIEW_ANY)
    view_email = permission(Permission.USERS_VIEW_EMAIL)
    grant = permission(Permission.USERS_GRANT)
    disable = permission(Permission.USERS_DISABLE)
    change_password = OWNER


def build_caller(card: Mapping[str, Any], session_id: UUID) -> Caller:
    """The caller that a user is, by what is known of it."""
    almighty = UserRole.ADMIN in card["roles"]
    return Caller(card["id"], card["tenant_id"], session_id, frozenset(card["permissions"]), almighty, card)


def encode_roles(roles: Collection[str]) -> int:
    """Roles as a row keeps them: flags that combine."""
    return sum(RoleFlag[UserRole(role).name] for role in set(roles))


def decode_roles(flags: int) -> list[str]:
    """The roles that flags stand for."""
    return [UserRole[flag.name].value for flag in RoleFlag if flag.name and flags & flag]


def is_admin(flags: int) -> bool:
    """Whether the user is the administrator whom every gate lets pass."""
    return bool(flags & RoleFlag.ADMIN)


def decode_permissions(flags: int, stored_codes: str) -> list[str]:
    """The codes that a row keeps and that mean something; those of the system do for administrators only."""
    codes = stored_codes.split()
    return [it.code for it in Permission if it.code in codes and (is_admin(flags) or not is_system_permission(it.code))]


def is_system_permission(code: str) -> bool:
    """Whether a permission is one that no ordinary user can be given."""
    return code.startswith(SYSTEM_AREA)


def digest_account_name(name: str) -> str:
    """A digest that stands for an account however its name or address is written, for keys: it is its owner's."""
    return hashlib.sha256(name.strip().casefold().encode("utf-8", "surrogatepass")).hexdigest()[:32]
