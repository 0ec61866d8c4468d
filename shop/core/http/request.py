"""Current request, its state, its bearer token and its id."""

from functools import cache
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from flask import Request, g, request
from flask.ctx import RequestContext
from flask.globals import request_ctx
from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from werkzeug.local import LocalProxy

_request, _state = cast("LocalProxy[Request]", request), cast("LocalProxy[Any]", g)
_context = cast("LocalProxy[RequestContext]", request_ctx)


def current_request() -> Request:
    """Return the current request itself.

    The proxy `flask.request` looks it up at each use, which costs more than most uses.
    """
    return _request._get_current_object()


def current_context() -> RequestContext:
    """Return the context of the current request itself."""
    return _context._get_current_object()


def current_state() -> Any:
    """Return the object behind the proxy `flask.g`, for the same reason."""
    return _state._get_current_object()


@cache
def header_key(name: str) -> str:
    """Return the key of a header in the WSGI environment."""
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


def get_bearer_token() -> str:
    """Return the bearer token of the request, or an empty string."""
    kind, _, token = current_request().environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token if kind.lower() == "bearer" else ""


def request_uuid() -> UUID:
    """Return the UUIDv7 of this request.

    It stays the same when the transaction is replayed.
    """
    state = current_state()
    if "request_uuid" not in state:
        state.request_uuid = uuid7()
    return state.request_uuid  # type: ignore[no-any-return]  # flask.g holds anything
