"""Who is calling."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in user of a request; one who is `almighty` in its tenant needs no permission.

    `card` is what it may know of itself.
    """

    user_id: int
    tenant_id: int
    session_id: UUID
    permissions: frozenset[str] = frozenset()
    is_superuser: bool = False
    profile: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def has_permission(self, permission: str) -> bool:
        """Whether the caller passes the gate of a permission, given by its code."""
        return self.is_superuser or permission in self.permissions
