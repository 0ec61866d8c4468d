"""The signed-in user of a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in user of a request.

    A superuser has every permission in its tenant. `profile` is the information that the user may read about itself.
    """

    user_id: int
    tenant_id: int
    session_id: UUID
    permissions: frozenset[str] = frozenset()
    is_superuser: bool = False
    profile: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def has_permission(self, permission: str) -> bool:
        """Return True when the caller has the permission of this code."""
        return self.is_superuser or permission in self.permissions
