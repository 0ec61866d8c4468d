"""Who is calling."""

from collections.abc import Mapping
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
