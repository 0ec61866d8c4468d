"""Preferences of clients (RFC 7240), and their documentation."""

from collections.abc import Callable
from typing import Any, TypeVar

from shop.core.openapi.annotations import annotate

F = TypeVar("F", bound=Callable[..., Any])
_ANNOTATION = "prefer"
_HEADER = {
    "Preference-Applied": {
        "description": "The part of `Prefer` that was heeded.",
        "schema": {"type": "string", "maxLength": 100, "pattern": "^wait=[0-9]+$", "example": "wait=2"},
    }
}


def heed_prefer(view: F) -> F:
    """Document that a Controller's method heeds `Prefer`."""
    annotate(view, _ANNOTATION, value=True)
    return view


def describe_preferences(operation: dict[str, Any], doc_info: dict[str, Any]) -> None:
    """Document `Preference-Applied` for an operation that heeds `Prefer`."""
    if _ANNOTATION not in doc_info:
        return
    for status, response in operation["responses"].items():
        if isinstance(response, dict) and int(status) < 400:
            response["headers"] = {**response.get("headers", {}), **_HEADER}
