"""Who is calling."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in user of a request; one who is `almighty` in its tenant needs no permission."""

    user_id: int
    tenant_id: int
    permissions: frozenset[str] = frozenset()
    almighty: bool = False

    def may(self, permission: str) -> bool:
        """Whether the caller passes the gate of a permission, given by its code."""
        return self.almighty or permission in self.permissions
