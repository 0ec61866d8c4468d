"""Cache-Control of a route, and its documentation."""

from collections.abc import Callable
from typing import Any, TypeVar

from shop.core.openapi.annotations import annotate, get_annotations

F = TypeVar("F", bound=Callable[..., Any])
_ANNOTATION = "cache_control"
# Of responses with tokens (RFC 6749, 5.1).
NO_STORE = "no-store"
# Of all other responses of the API, unless their method declares another value or has entity tags.
PERSONAL = "private, no-store"


def cache_control(value: str) -> Callable[[F], F]:
    """Declare the Cache-Control header of a Controller's method.

    Failures are never stored, for any value.
    """

    def decorator(view: F) -> F:
        annotate(view, _ANNOTATION, value)
        return view

    return decorator


def get_cache_control(view: Callable[..., Any] | None) -> str:
    """Return the declared header of a method."""
    return str(get_annotations(view).get(_ANNOTATION, PERSONAL)) if view else PERSONAL


def describe_cache_control(operation: dict[str, Any], doc_info: dict[str, Any]) -> None:
    """Document the header of an operation's successes.

    Those with entity tags have another one.
    """
    value = doc_info.get(_ANNOTATION, PERSONAL)
    header = {
        "description": "Whether and how long the response may be stored.",
        "required": True,
        "schema": {"type": "string", "maxLength": 255, "example": value},
    }
    for status, response in operation["responses"].items():
        if isinstance(response, dict) and int(status) < 400:
            response["headers"] = {"Cache-Control": header, **response.get("headers", {})}
