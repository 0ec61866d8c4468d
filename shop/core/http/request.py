"""Values of the current request: bearer token and id."""

from uuid import UUID

from flask import g, request
from uuid_utils.compat import uuid7


def get_bearer_token() -> str:
    """Return the bearer token of the request, or an empty string."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else ""


def request_uuid() -> UUID:
    """Return the UUIDv7 of this request.

    It stays the same when the transaction is replayed.
    """
    if "request_uuid" not in g:
        g.request_uuid = uuid7()
    return g.request_uuid  # type: ignore[no-any-return]  # flask.g holds anything
