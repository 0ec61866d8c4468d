"""The OpenAPI document of an app that speaks a dialect: it says what is really sent."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from werkzeug.http import HTTP_STATUS_CODES

from shop.core.http.custom_envelope import CustomEnvelope, is_envelope
from shop.core.http.negotiation import JSON
from shop.core.openapi.envelopes import error_name, response_headers
from shop.core.openapi.examples import UUID
from shop.core.settings.envelope import EXTRA, KEYS, PAGE_KEYS
from shop.core.validation.fields import MOMENT_PATTERN

_ERROR = {"$ref": "#/components/schemas/Error"}
_MOMENT = {"type": "string", "format": "date-time", "pattern": MOMENT_PATTERN}
_EXTRA_SCHEMAS: dict[str, Any] = {
    "time": {**_MOMENT, "example": "2026-01-31T12:00:00.000000Z"},
    "request_id": {"type": "string", "maxLength": 128, "example": UUID},
}


def apply_custom_envelope(document: Mapping[str, Any], custom_envelope: CustomEnvelope) -> dict[str, Any]:
    """The document with the envelope's schemas, examples and statuses as the dialect has them."""
    told = deepcopy(dict(document))
    for place in list(_iterate_objects(told)):
        if is_envelope(place.get("example")):
            said = {name: _EXTRA_SCHEMAS[name]["example"] for name in custom_envelope.extras}
            place["example"] = custom_envelope.transform(place["example"], said)
        if place.get("properties", {}).keys() == set(KEYS):
            _rename_properties(place, custom_envelope.names, custom_envelope.hidden, _extra_property(custom_envelope))
        elif place.get("properties", {}).keys() == set(PAGE_KEYS):
            _rename_properties(place, custom_envelope.page_names, frozenset(), {})
    if custom_envelope.status:
        _force_error_status(told, custom_envelope.status)
    return told


def _iterate_objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of the document, an inner one before what holds it."""
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _iterate_objects(inner)
    if isinstance(value, dict):
        yield value


def _extra_property(custom_envelope: CustomEnvelope) -> dict[str, Any]:
    said = {name: _EXTRA_SCHEMAS[name] for name in custom_envelope.extras}
    schema = {"type": "object", "properties": said, "required": [*said], "additionalProperties": False}
    return {EXTRA: schema} if said else {}


def _rename_properties(
    schema: dict[str, Any], names: Mapping[str, str], hidden: frozenset[str], more: Mapping[str, Any]
) -> None:
    kept = {key: value for key, value in {**schema["properties"], **more}.items() if key not in hidden}
    schema["properties"] = {names[key]: value for key, value in kept.items()}
    schema["required"] = [names[key] for key in kept]


def _force_error_status(document: dict[str, Any], status: int) -> None:
    """Move what failures say in JSON to the one status; as problem+json they keep their own."""
    failures = document["components"]["responses"]
    example = failures[error_name(404)]["content"][JSON]["example"]
    for name, failure in failures.items():
        if name != error_name(status):
            del failure["content"][JSON]
    for operation in (verb for item in document["paths"].values() for verb in item.values() if "responses" in verb):
        answers = operation["responses"]
        if status >= 400:
            answers.setdefault(str(status), {"$ref": f"#/components/responses/{error_name(status)}"})
            continue
        fresh = {"description": HTTP_STATUS_CODES[status], "headers": response_headers(404)}
        answer = answers.setdefault(str(status), fresh)
        answer["headers"] = {
            # What only successes have, failures of the same status come without.
            name: header if name in fresh["headers"] else {**header, "required": False}
            for name, header in answer.get("headers", {}).items()
        }
        said = answer.setdefault("content", {}).setdefault(JSON, {"example": example})
        said["schema"] = {"anyOf": [said["schema"], _ERROR]} if "schema" in said else _ERROR
