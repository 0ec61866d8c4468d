"""Authorization of users; storage format of roles and permissions."""

import hashlib
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from shop.constants.permission import SYSTEM_AREA, Permission
from shop.constants.user import RoleFlag, UserRole
from shop.core.auth.policy import OWNER, owner_or, permission
from shop.core.caller import Caller
from shop.core.validation.human_text import normalize_text


class UserPolicy:
    """Authorization rules of users; a user owns itself."""

    view_own = OWNER
    view_any = permission(Permission.USERS_VIEW_ANY)
    view = owner_or(Permission.USERS_VIEW_ANY)
    view_email = permission(Permission.USERS_VIEW_EMAIL)
    grant = permission(Permission.USERS_GRANT)
    disable = permission(Permission.USERS_DISABLE)
    change_password = OWNER


def build_caller(card: Mapping[str, Any], session_id: UUID) -> Caller:
    """Build the caller of a session from the user's card."""
    is_administrator = UserRole.ADMIN in card["roles"]
    return Caller(card["id"], card["tenant_id"], session_id, frozenset(card["permissions"]), is_administrator, card)


def encode_roles(roles: Collection[str]) -> int:
    """Encode roles as the flags of a row."""
    return sum(RoleFlag[UserRole(role).name] for role in set(roles))


def decode_roles(flags: int) -> list[str]:
    """Decode the flags of a row to roles."""
    return [UserRole[flag.name].value for flag in RoleFlag if flag.name and flags & flag]


def is_admin(flags: int) -> bool:
    """Return True for flags with the administrator role."""
    return bool(flags & RoleFlag.ADMIN)


def decode_permissions(flags: int, stored_codes: str) -> list[str]:
    """Return the stored permission codes that exist.

    Codes of the system area count for administrators only.
    """
    codes = stored_codes.split()
    known = [permission.code for permission in Permission if permission.code in codes]
    return [code for code in known if is_admin(flags) or not is_system_permission(code)]


def is_system_permission(code: str) -> bool:
    """Return True for permissions of the system area, reserved to administrators."""
    return code.startswith(SYSTEM_AREA)


def limit_subject(user_id: int) -> str:
    """Return the subject of the sign-in limits of an account."""
    return f"user-{user_id}"


def digest_account_name(name: str) -> str:
    """Return a digest of a name or address for use in keys.

    It ignores case, outer blanks and spellings of Unicode, and hides the personal data.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).strip().casefold())
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def spell_name(name: str) -> tuple[str, ...]:
    """Return the spellings under which releases may have stored a name.

    The given spelling comes first, and the only one of new accounts second.
    """
    normal = normalize_text(name)
    return tuple(dict.fromkeys((name, normal, unicodedata.normalize("NFD", normal))))
