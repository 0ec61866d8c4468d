"""Who is calling."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in user of a request."""

    user_id: int
    tenant_id: int
    roles: frozenset[str]
