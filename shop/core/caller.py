"""Who is calling."""

from dataclasses import dataclass

from flask import request


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in user of a request."""

    user_id: int
    tenant_id: int
    roles: frozenset[str]


def bearer() -> str:
    """The token that the request carries; empty when it carries none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else ""
