"""OpenAPI document of an app with a custom envelope."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from werkzeug.http import HTTP_STATUS_CODES

from shop.core.http.custom_envelope import CustomEnvelope, is_envelope
from shop.core.http.negotiation import JSON
from shop.core.openapi.components import iterate_objects, list_operations
from shop.core.openapi.envelopes import response_headers
from shop.core.openapi.examples import UUID
from shop.core.settings.envelope import EXTRA, KEYS, PAGE_KEYS
from shop.core.validation.fields import MOMENT_PATTERN

_ERROR = {"$ref": "#/components/schemas/Error"}
_MOMENT = {"type": "string", "format": "date-time", "pattern": MOMENT_PATTERN}
_EXTRA_SCHEMAS: dict[str, Any] = {
    "time": {**_MOMENT, "description": "Time of the response.", "example": "2026-01-31T12:00:00.000000Z"},
    "request_id": {"type": "string", "description": "Id of the request.", "maxLength": 128, "example": UUID},
}


def apply_custom_envelope(document: Mapping[str, Any], custom_envelope: CustomEnvelope) -> dict[str, Any]:
    """Return the document with schemas and examples of the custom envelope."""
    adapted = deepcopy(dict(document))
    extra = {name: _EXTRA_SCHEMAS[name]["example"] for name in custom_envelope.extras}
    for node in list(iterate_objects(adapted)):
        for key in ("example", "value"):
            if is_envelope(node.get(key)):
                node[key] = custom_envelope.transform(node[key], extra)
        if node.get("properties", {}).keys() == set(KEYS):
            _rename_properties(node, custom_envelope.names, custom_envelope.hidden, _extra_property(custom_envelope))
        elif node.get("properties", {}).keys() == set(PAGE_KEYS):
            _rename_properties(node, custom_envelope.page_names, frozenset(), {})
    if custom_envelope.status:
        _force_error_status(adapted, custom_envelope.status)
    return adapted


def _extra_property(custom_envelope: CustomEnvelope) -> dict[str, Any]:
    properties = {name: _EXTRA_SCHEMAS[name] for name in custom_envelope.extras}
    schema = {
        "type": "object",
        "description": "Additional values.",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }
    return {EXTRA: schema} if properties else {}


def _rename_properties(
    schema: dict[str, Any], names: Mapping[str, str], hidden: frozenset[str], extra: Mapping[str, Any]
) -> None:
    visible = {key: value for key, value in {**schema["properties"], **extra}.items() if key not in hidden}
    schema["properties"] = {names[key]: value for key, value in visible.items()}
    schema["required"] = [names[key] for key in visible]


def _force_error_status(document: dict[str, Any], status: int) -> None:
    """Document JSON failures under the one status. Problem+json failures keep their own."""
    for operation in list_operations(document):
        responses = operation["responses"]
        examples: dict[str, Any] = {}
        for content in [response["content"] for number, response in responses.items() if int(number) >= 400]:
            examples |= content.pop(JSON)["examples"]
        default = {"description": HTTP_STATUS_CODES[status], "headers": response_headers(max(status, 404))}
        response = responses.setdefault(str(status), default)
        media = response.setdefault("content", {}).setdefault(JSON, {})
        media["schema"] = {"anyOf": [media["schema"], _ERROR]} if "schema" in media else _ERROR
        if "example" in media:
            examples = {"success": {"value": media.pop("example")}, **examples}
        media["examples"] = examples
        # Headers of successes are absent in failures of the same status.
        response["headers"] = {
            name: header if name in default["headers"] else {**header, "required": False}
            for name, header in response.get("headers", {}).items()
        }
