"""Conditional requests (RFC 9110, 13): answers with tags, 304 for what is known, and writes that name what they saw.

A tag is `"digest"` of the whole answer, or `"version.digest"`: the version is that of the words which a write is about.
A reader compares the whole; a writer the version, which stays while sales move the stock.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, current_app, request
from marshmallow import Schema, post_load

from shop.core.errors import CoreExceptionCode
from shop.core.http.etag import Precondition, get_variant
from shop.core.openapi.annotations import document_operation
from shop.core.validation.fields import Text, error_code

F = TypeVar("F", bound=Callable[..., Any])
ETAGS_MAX = 1000
ANY = "*"
_ETAG = r'(W/)?"[!#-~]*"'
ETAGS_PATTERN = rf"^(\*|{_ETAG}( *, *{_ETAG})*)$"
_etag_regex = re.compile(_ETAG)
# What a 304 does not say: whoever hears it has it already.
_NOT_IN_304 = ("Content-Type", "Content-Length", "Content-Language", "Link")
_HEADERS = {
    "ETag": {
        "description": "What If-None-Match and If-Match name this answer by.",
        "required": True,
        "schema": {"type": "string", "maxLength": 100, "example": '"4b1c9e0d7a2f8356.0f4e1d2c3b4a59687766"'},
    },
    "Cache-Control": {
        "description": "For one reader, who asks each time whether it is still so.",
        "required": True,
        "schema": {"type": "string", "enum": ["private, no-cache"]},
    },
}
_IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "description": "Tags of answers that you have; whatever else it says is left aside.",
    "schema": {"type": "string", "example": '"0f4e1d2c3b4a59687766"'},
}


class IfMatchChecker(Schema):
    """Which state of the thing a write is about: tags that reading it has answered."""

    if_match = Text(
        ETAGS_MAX,
        pattern=ETAGS_PATTERN,
        error="Neither * nor entity tags in quotes.",
        data_key="If-Match",
        metadata=error_code(CoreExceptionCode.IF_MATCH_FORMAT) | {"example": '"4b1c9e0d7a2f8356.0f4e1d2c3b4a59687766"'},
    )

    @post_load
    def _parse_precondition(self, values: dict[str, str], **_: Any) -> Precondition:
        said = values.get("if_match", ANY)
        # A weak tag says that things are alike, and a write wants the very same.
        tags = (found.group() for found in _etag_regex.finditer(said))
        return Precondition(
            None if said == ANY else frozenset(tag[1:].partition(".")[0] for tag in tags if tag[0] == '"')
        )


def add_etag(answer: Response, version: str = "") -> Response:
    """The answer with its tag, or 304 for whoever reads and has it."""
    # An empty page says the same in every language; the keys get their names at the edge, after this.
    about = (
        answer.headers.get("Content-Type", ""),
        answer.headers.get("Content-Language", ""),
        *get_variant(current_app),
    )
    digest = hashlib.sha256("|".join(about).encode() + answer.get_data()).hexdigest()[:20]
    told = f'"{version}.{digest}"' if version else f'"{digest}"'
    answer.headers["ETag"] = told
    answer.headers["Cache-Control"] = "private, no-cache"
    known = request.headers.get("If-None-Match", "")
    if known and request.method in ("GET", "HEAD") and _matches(told, known):
        answer.status_code = 304
        answer.set_data(b"")
        for name in _NOT_IN_304:
            answer.headers.pop(name, None)
    return answer


def with_etag(view: F) -> F:
    """Let the answers of a Controller's method have tags; who says If-None-Match, and has what is read, hears 304."""
    document_operation(view)
    # Not `etag`: flask-smorest has a key of that name and would document its own headers and errors.
    view._apidoc["entity_tag"] = True  # type: ignore[attr-defined]  # for the Blueprint and its documentation
    return view


def has_etag(view: Callable[..., Any]) -> bool:
    """Whether that was said of a method."""
    return "entity_tag" in getattr(view, "_apidoc", {})


def describe_etags(operation: dict[str, Any], doc_info: dict[str, Any], verb: str) -> None:
    """Add to an operation of the OpenAPI document its tag, and what that is good for; nothing where it has none."""
    if "entity_tag" not in doc_info:
        return
    for status, answer in operation["responses"].items():
        if isinstance(answer, dict) and int(status) < 400:
            answer["headers"] = {**answer.get("headers", {}), **_HEADERS}
    if verb == "GET":
        operation["parameters"] = [*operation.get("parameters", []), _IF_NONE_MATCH]
        operation["responses"][304] = {"description": "You have it already.", "headers": _HEADERS}


def _matches(etag: str, header: str) -> bool:
    return header.strip() == ANY or any(
        found.group().removeprefix("W/") == etag for found in _etag_regex.finditer(header)
    )
