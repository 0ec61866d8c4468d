"""Shared components of an OpenAPI document."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

from shop.core.http.negotiation import JSON
from shop.core.openapi.operation_ids import capitalize_first

VERBS = ("get", "post", "put", "patch", "delete")
_INT32 = 2**31
_LENGTHS = {"uuid": 36, "date-time": 27}
# Suffix of the classes of request bodies.
_CHECKER = "Checker"


def list_operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the operations of a document."""
    yield from (item[verb] for item in document["paths"].values() for verb in VERBS if verb in item)


def rename_request_bodies(document: dict[str, Any]) -> None:
    """Name the schema of a request body after its operation: `PurchaseItemRequest`."""
    schemas = document["components"]["schemas"]
    names: dict[str, str] = {}
    for operation in list_operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        for reference in (media["schema"].get("$ref", "") for media in content.values()):
            name = reference.rpartition("/")[2]
            if name.endswith(_CHECKER):
                names.setdefault(name, f"{capitalize_first(operation['operationId'])}Request")
    document["components"]["schemas"] = {names.get(name, name): schema for name, schema in schemas.items()}
    for node in iterate_objects(document):
        section, _, name = str(node.get("$ref", "")).rpartition("/")
        if name in names:
            node["$ref"] = f"{section}/{names[name]}"


def describe_optional_parameters(document: dict[str, Any]) -> None:
    """Move the examples of optional parameters to their descriptions.

    Tools send an example that they find. Those of parameters that exclude each other would be refused.
    """
    shared = document["components"].get("parameters", {}).values()
    for parameter in (*shared, *chain(*(owner.get("parameters", ()) for owner in _list_owners(document)))):
        schema = parameter.get("schema", {})
        if "example" in schema and not parameter.get("required"):
            example = f"For example: `{schema.pop('example')}`."
            parameter["description"] = f"{parameter.get('description', '')} {example}".strip()


def describe_path_parameters(document: dict[str, Any]) -> None:
    """Describe the parameters of paths.

    `item_id` is the id of the item.
    """
    for path in document["paths"].values():
        for parameter in path.get("parameters", ()):
            noun, _, kind = parameter.get("name", "").partition("_")
            words = f"Id of the {noun}." if kind == "id" else f"Name of the {noun}."
            parameter.setdefault("description", words)


def complete_formats(document: dict[str, Any]) -> None:
    """Add the size of integers, and the length of formatted texts."""
    for schema in iterate_objects(document):
        kinds = schema.get("type")
        if "integer" in (kinds if isinstance(kinds, list) else [kinds]) and "format" not in schema:
            least, most = schema.get("minimum", 0), schema.get("maximum", 0)
            schema["format"] = "int32" if least >= -_INT32 and most < _INT32 else "int64"
        elif kinds == "string" and schema.get("format") in _LENGTHS:
            schema["maxLength"] = _LENGTHS[schema["format"]]


def share_components(document: dict[str, Any]) -> None:
    """Move parameters, headers, examples and failures of operations to the components.

    Of several objects with one name, the most frequent one has the plain name.
    """
    _share_parameters(document)
    _share(document, "headers", [*_list_headers(document)])
    _share(document, "examples", [*_list_examples(document)])
    _share(document, "responses", [*_list_failures(document)])


Slot = tuple[dict[str, Any], str, str, str]
"""Object, key in the object, plain name of the component, and the name if that is taken."""


def _share(document: dict[str, Any], section: str, slots: list[Slot]) -> None:
    """Replace the values of all slots by references."""
    counts = Counter((plain, _canonical(owner[key])) for owner, key, plain, _ in slots)
    frequent: dict[str, str] = {}
    for (plain, text), _ in counts.most_common():
        frequent.setdefault(plain, text)
    components = document["components"].setdefault(section, {})
    names: dict[tuple[str, str], str] = {}
    for owner, key, plain, other in slots:
        text = _canonical(owner[key])
        name = names.setdefault((plain, text), plain if text == frequent[plain] else other)
        components.setdefault(name, owner[key])
        owner[key] = {"$ref": f"#/components/{section}/{name}"}


def _share_parameters(document: dict[str, Any]) -> None:
    lists = [owner["parameters"] for owner in _list_owners(document) if "parameters" in owner]
    counts = Counter(_canonical(parameter) for parameter in chain(*lists) if "$ref" not in parameter)
    shared: dict[str, str] = {}
    for text, count in counts.most_common():
        if count > 1:
            shared.setdefault(json.loads(text)["name"], text)
    components = document["components"].setdefault("parameters", {})
    for parameters in lists:
        for index, parameter in enumerate(parameters):
            name = parameter.get("name")
            if name and shared.get(name) == _canonical(parameter):
                components[name] = parameter
                parameters[index] = {"$ref": f"#/components/parameters/{name}"}


def _list_owners(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield everything that has parameters: paths and operations."""
    yield from document["paths"].values()
    yield from list_operations(document)


def _list_responses(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the id of the operation, the status and the response."""
    for operation in list_operations(document):
        for status, response in operation["responses"].items():
            if "$ref" not in response:
                yield operation["operationId"], status, response


def _list_headers(document: dict[str, Any]) -> Iterator[Slot]:
    for _, status, response in _list_responses(document):
        headers = response.get("headers", {})
        yield from ((headers, name, name, f"{name}-{status}") for name in headers)


def _list_examples(document: dict[str, Any]) -> Iterator[Slot]:
    for operation, _, response in _list_responses(document):
        for kind, content in response.get("content", {}).items():
            examples = content.get("examples", {})
            prefix = "Error" if kind == JSON else "Problem"
            yield from ((examples, name, f"{prefix}.{name}", f"{prefix}.{name}.{operation}") for name in examples)


def _list_failures(document: dict[str, Any]) -> Iterator[Slot]:
    for operation in list_operations(document):
        responses, name = operation["responses"], capitalize_first(operation["operationId"])
        for status in responses:
            if int(status) >= 400 and "$ref" not in responses[status]:
                yield responses, status, f"Error{status}", f"{name}Error{status}"


def iterate_objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects of a document, inner objects first."""
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from iterate_objects(inner)
    if isinstance(value, dict):
        yield value


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
