"""The OpenAPI document of an app that speaks a dialect: it says what is really sent."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from werkzeug.http import HTTP_STATUS_CODES

from shop.core.http.custom_envelope import Dialect, is_envelope
from shop.core.http.negotiation import JSON
from shop.core.openapi.envelopes import error_name, headers_of
from shop.core.openapi.examples import UUID
from shop.core.settings.envelope import EXTRA, KEYS, PAGE_KEYS
from shop.core.validation.fields import MOMENT_PATTERN

_ERROR = {"$ref": "#/components/schemas/Error"}
_MOMENT = {"type": "string", "format": "date-time", "pattern": MOMENT_PATTERN}
_SAID: dict[str, Any] = {
    "time": {**_MOMENT, "example": "2026-01-31T12:00:00.000000Z"},
    "request_id": {"type": "string", "maxLength": 128, "example": UUID},
}


def in_dialect(document: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    """The document with the envelope's schemas, examples and statuses as the dialect has them."""
    told = deepcopy(dict(document))
    for place in list(_places(told)):
        if is_envelope(place.get("example")):
            said = {name: _SAID[name]["example"] for name in dialect.extras}
            place["example"] = dialect.reshape(place["example"], said)
        if place.get("properties", {}).keys() == set(KEYS):
            _rename(place, dialect.names, dialect.hidden, _extra(dialect))
        elif place.get("properties", {}).keys() == set(PAGE_KEYS):
            _rename(place, dialect.page_names, frozenset(), {})
    if dialect.status:
        _force(told, dialect.status)
    return told


def _places(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of the document, an inner one before what holds it."""
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _places(inner)
    if isinstance(value, dict):
        yield value


def _extra(dialect: Dialect) -> dict[str, Any]:
    said = {name: _SAID[name] for name in dialect.extras}
    schema = {"type": "object", "properties": said, "required": [*said], "additionalProperties": False}
    return {EXTRA: schema} if said else {}


def _rename(schema: dict[str, Any], names: Mapping[str, str], hidden: frozenset[str], more: Mapping[str, Any]) -> None:
    kept = {key: value for key, value in {**schema["properties"], **more}.items() if key not in hidden}
    schema["properties"] = {names[key]: value for key, value in kept.items()}
    schema["required"] = [names[key] for key in kept]


def _force(document: dict[str, Any], status: int) -> None:
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
        fresh = {"description": HTTP_STATUS_CODES[status], "headers": headers_of(404)}
        answer = answers.setdefault(str(status), fresh)
        answer["headers"] = {
            # What only successes have, failures of the same status come without.
            name: header if name in fresh["headers"] else {**header, "required": False}
            for name, header in answer.get("headers", {}).items()
        }
        said = answer.setdefault("content", {}).setdefault(JSON, {"example": example})
        said["schema"] = {"anyOf": [said["schema"], _ERROR]} if "schema" in said else _ERROR
