"""Values read from the headers of a request."""

from uuid import UUID

from flask import g, request
from uuid_utils.compat import uuid7


def get_bearer_token() -> str:
    """The token that the request brings; empty when it brings none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else ""


def request_uuid() -> UUID:
    """A UUIDv7 of this request: the same however often its transaction is replayed."""
    if "request_uuid" not in g:
        g.request_uuid = uuid7()
    return g.request_uuid  # type: ignore[no-any-return]  # flask.g holds anything
