"""Information about users."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shop.core.clock import format_rfc3339
from shop.supports.user import decode_permissions, decode_roles

if TYPE_CHECKING:
    from shop.models.user import User


@dataclass(frozen=True)
class UserCombination:
    """Information about a user, without the password hash."""

    def brief(self, user: "User") -> dict[str, Any]:
        """Build the short form that is included in ledger lines; JSON-safe."""
        return {"id": user.id, "name": user.name}

    def card(self, user: "User") -> dict[str, Any]:
        """Build the card; JSON-safe.

        Fields: id, tenant_id, name, email, roles, permissions, disabled, created_at.
        """
        return {
            "id": user.id,
            "tenant_id": user.tenant_id,
            "name": user.name,
            "email": user.email,
            "roles": decode_roles(user.roles),
            "permissions": decode_permissions(user.roles, user.permissions),
            "disabled": user.disabled_at is not None,
            "created_at": format_rfc3339(user.created_at),
        }
