"""Annotations that views add to their OpenAPI operation."""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from shop.core.openapi.examples import UUID
from shop.core.openapi.operation_ids import make_operation_id

# Examples of path parameters by their converter, and the annotation that has them by name.
PATH_EXAMPLES: Mapping[str, Any] = {"uuid": UUID, "choice": "item_status"}
PATH_FACTS = "path_facts"
_PATH_PARAMETER = re.compile(r"<(\w+):(\w+)>")


def document_operation(view: Callable[..., Any], **operation: Any) -> None:
    """Add fields such as `security` or `responses` to a view's operation."""
    annotations = deepcopy(get_annotations(view))
    manual = annotations.setdefault("manual_doc", {})
    for key, value in operation.items():
        manual[key] = {**manual.get(key, {}), **value} if isinstance(value, dict) else value
    _set_annotations(view, annotations)


def with_description(view: Callable[..., Any], described: Callable[..., Any]) -> Any:
    """Return the view with the operation of another view."""
    # Without the wrapper of flask-smorest, which looks at each request if the view is async. No view is.
    _set_annotations(view, get_annotations(described))
    return view


def add_description(view: Callable[..., Any], sentence: str) -> None:
    """Add a sentence to the description of a view."""
    description = get_annotations(view).get("manual_doc", {}).get("description")
    document_operation(view, description=f"{description} {sentence}" if description else sentence)


def annotate(view: Callable[..., Any], name: str, value: object) -> None:
    """Add an annotation to a view, to be read by the Blueprint."""
    _set_annotations(view, {**get_annotations(view), name: value})


def clear_argument_errors(view: Callable[..., Any]) -> None:
    """Remove the error responses of flask-smorest for arguments."""
    get_annotations(view)["arguments"]["responses"] = {}


def get_responses(view: Callable[..., Any]) -> dict[int, Any]:
    """Return the declared responses of a view by status; changes are documented."""
    responses: dict[int, Any] = get_annotations(view)["response"]["responses"]
    return responses


def describe_controller(controller: type[Any], path: str, names: Mapping[str, str]) -> None:
    """Describe id, security and path parameters of each operation of a Controller.

    `names` has the ids by verb, where they differ from those made of verb and path. Raises AttributeError for a method
    without a documented response.
    """
    facts = {name: PATH_EXAMPLES.get(kind, 7) for kind, name in _PATH_PARAMETER.findall(path)}
    for verb in sorted(controller.methods):
        view = getattr(controller, verb.lower())
        # An explicit empty `security` documents a public operation.
        security = view._apidoc.get("manual_doc", {}).get("security", [])
        operation_id = names.get(verb) or make_operation_id(verb, path)
        document_operation(view, operationId=operation_id, security=security)
        annotate(view, PATH_FACTS, facts)


def get_annotations(view: Callable[..., Any]) -> dict[str, Any]:
    """Return the annotations of a view; empty for a view without any."""
    # A private attribute of flask-smorest, which may be used in this file only.
    annotations: dict[str, Any] = getattr(view, "_apidoc", {})
    return annotations


def _set_annotations(view: Callable[..., Any], annotations: dict[str, Any]) -> None:
    view._apidoc = annotations  # type: ignore[attr-defined]  # flask-smorest's own attribute
