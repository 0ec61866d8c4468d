"""Who is calling."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in user of a request; `card` is what it may know of itself."""

    user_id: int
    tenant_id: int
    session_id: UUID
    roles: frozenset[str]
    card: Mapping[str, Any] = field(repr=False)


def in_role(role: str) -> Callable[[Caller | None], bool]:
    """Whether a caller has that role; nobody has one who is not signed in."""
    return lambda caller: caller is not None and role in caller.roles
