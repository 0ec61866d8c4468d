"""Annotations that views add to their OpenAPI operation."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any


def document_operation(view: Callable[..., Any], **operation: Any) -> None:
    """Add to what flask-smorest will say about a view: `security`, `responses` and the like."""
    apidoc: dict[str, Any] = deepcopy(getattr(view, "_apidoc", {}))
    manual = apidoc.setdefault("manual_doc", {})
    for key, value in operation.items():
        manual[key] = {**manual.get(key, {}), **value} if isinstance(value, dict) else value
    view._apidoc = apidoc  # type: ignore[attr-defined]  # flask-smorest's own place for it


def with_description(view: Callable[..., Any], described: Callable[..., Any]) -> Any:
    """The view, with what flask-smorest says about another one."""
    # Without the wrapper it says it with: that asks the app at each request how to call an async view; we have none.
    view._apidoc = described._apidoc  # type: ignore[attr-defined]  # flask-smorest's own place for it
    return view


def add_description(view: Callable[..., Any], sentence: str) -> None:
    """Add a sentence to the description of a view."""
    told = getattr(view, "_apidoc", {}).get("manual_doc", {}).get("description")
    document_operation(view, description=f"{told} {sentence}" if told else sentence)


def set_operation_ids(controller: type[Any]) -> None:
    """Give every operation its id, such as `postPurchaseOrder`, and say so when nobody need sign in for it."""
    for verb in sorted(controller.methods):
        view = getattr(controller, verb.lower())
        security = view._apidoc.get("manual_doc", {}).get("security", [])
        document_operation(
            view, operationId=verb.lower() + controller.__name__.removesuffix("Controller"), security=security
        )
