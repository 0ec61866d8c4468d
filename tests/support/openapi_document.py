"""OpenAPI document of an app, with its references to shared components resolved."""

import re
from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]
VERBS = {"get", "post", "put", "patch", "delete"}
_EXAMPLE = re.compile(r"For example: `(.+?)`\.")


def resolve(document: Mapping[str, Any], thing: Any) -> Any:
    """Return the component that an object refers to, or the object itself."""
    while "$ref" in thing:
        target: Any = document
        for step in thing["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        thing = target
    return thing


def inline(document: Document) -> Document:
    """Return a copy in which only schemas are references."""
    return {**document, "paths": _inline(document, document["paths"])}


def _inline(document: Document, value: Any) -> Any:
    if isinstance(value, list):
        return [_inline(document, inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if not str(value.get("$ref", "#/components/schemas")).startswith("#/components/schemas"):
        return _inline(document, resolve(document, value))
    return {name: _inline(document, inner) for name, inner in value.items()}


def example_of(parameter: Mapping[str, Any]) -> Any:
    """Return the example of a parameter; an optional one has it in its description."""
    if match := _EXAMPLE.search(parameter.get("description", "")):
        return match[1]
    return parameter["schema"].get("example")
