"""Annotations that views add to their OpenAPI operation."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any


def document_operation(view: Callable[..., Any], **operation: Any) -> None:
    """Add fields such as `security` or `responses` to a view's operation."""
    apidoc: dict[str, Any] = deepcopy(getattr(view, "_apidoc", {}))
    manual = apidoc.setdefault("manual_doc", {})
    for key, value in operation.items():
        manual[key] = {**manual.get(key, {}), **value} if isinstance(value, dict) else value
    view._apidoc = apidoc  # type: ignore[attr-defined]  # flask-smorest's own attribute


def with_description(view: Callable[..., Any], described: Callable[..., Any]) -> Any:
    """Return the view with the operation of another view."""
    # Without the wrapper of flask-smorest, which looks at each request if the view is async. No view is.
    view._apidoc = described._apidoc  # type: ignore[attr-defined]  # flask-smorest's own attribute
    return view


def add_description(view: Callable[..., Any], sentence: str) -> None:
    """Add a sentence to the description of a view."""
    description = getattr(view, "_apidoc", {}).get("manual_doc", {}).get("description")
    document_operation(view, description=f"{description} {sentence}" if description else sentence)


def set_operation_ids(controller: type[Any]) -> None:
    """Set the id of each operation, such as `postPurchaseOrder`, and its security."""
    # An explicit empty `security` documents a public operation.
    for verb in sorted(controller.methods):
        view = getattr(controller, verb.lower())
        security = view._apidoc.get("manual_doc", {}).get("security", [])
        document_operation(
            view, operationId=verb.lower() + controller.__name__.removesuffix("Controller"), security=security
        )
