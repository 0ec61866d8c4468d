"""Conditional requests (RFC 9110): entity tags, 304 responses and preconditions.

A tag is `"digest"` of the whole response, or `"version.digest"`. The version covers the fields that a write can change.
A read compares the whole tag. A write compares the version only, which stays the same while sales change the stock.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, current_app
from marshmallow import Schema, post_load

from shop.core.errors import CoreExceptionCode
from shop.core.http.etag import Precondition, get_variant
from shop.core.http.request import current_request
from shop.core.openapi.annotations import annotate, get_annotations
from shop.core.validation.fields import Text, error_code

F = TypeVar("F", bound=Callable[..., Any])
ETAGS_MAX = 1000
ANY = "*"
_ETAG = r'(W/)?"[!#-~]*"'
ETAGS_PATTERN = rf"^(\*|{_ETAG}( *, *{_ETAG})*)$"
_etag_regex = re.compile(_ETAG)
# A 304 response leaves these headers out: the client has them already.
_NOT_IN_304 = ("Content-Type", "Content-Length", "Content-Language", "Link")
_EXAMPLE = '"4b1c9e0d7a2f8356.0f4e1d2c3b4a59687766"'
_HEADERS = {
    "ETag": {
        "description": "Tag of this response, for If-None-Match and If-Match.",
        "required": True,
        "schema": {
            "type": "string",
            "maxLength": 100,
            "pattern": '^"[^"]*"$',
            "example": '"4b1c9e0d7a2f8356.0f4e1d2c3b4a59687766"',
        },
    },
    "Cache-Control": {
        "description": "For one client only, which revalidates at each request.",
        "required": True,
        "schema": {"type": "string", "enum": ["private, no-cache"]},
    },
}
_IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "description": "Tags of responses that the client has. Anything else is ignored.",
    "schema": {"type": "string", "example": '"0f4e1d2c3b4a59687766"'},
}


class IfMatchChecker(Schema):
    """Precondition of a write: entity tags from earlier responses."""

    if_match = Text(
        ETAGS_MAX,
        pattern=ETAGS_PATTERN,
        error="Neither * nor entity tags in quotes.",
        data_key="If-Match",
        metadata=error_code(CoreExceptionCode.IF_MATCH_FORMAT) | {"example": _EXAMPLE},
    )

    @post_load
    def _parse_precondition(self, values: dict[str, str], **_: Any) -> Precondition:
        header = values.get("if_match", ANY)
        if header == ANY:
            return Precondition()
        # A write needs a strong comparison, so weak tags never match.
        tags = [match.group() for match in _etag_regex.finditer(header)]
        strong = [tag for tag in tags if tag[0] == '"']
        return Precondition(frozenset(tag[1:].partition(".")[0] for tag in strong), len(strong) < len(tags))


def add_etag(response: Response, version: str = "") -> Response:
    """Add the entity tag to a response, or return 304.

    304 is for reads whose If-None-Match has the tag.
    """
    # An empty page has the same body in every language, so the language is part of the digest.
    about = (
        response.headers.get("Content-Type", ""),
        response.headers.get("Content-Language", ""),
        *get_variant(current_app),
    )
    digest = hashlib.sha256("|".join(about).encode() + response.get_data()).hexdigest()[:20]
    etag = f'"{version}.{digest}"' if version else f'"{digest}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    request = current_request()
    known = request.environ.get("HTTP_IF_NONE_MATCH", "")
    if known and request.method in ("GET", "HEAD") and _matches(etag, known):
        response.status_code = 304
        response.set_data(b"")
        for name in _NOT_IN_304:
            response.headers.pop(name, None)
    return response


def with_etag(view: F) -> F:
    """Give the responses of a Controller's method entity tags."""
    # Not `etag`: flask-smorest has a key of that name and would document its own headers and errors.
    annotate(view, "entity_tag", value=True)
    return view


def has_etag(view: Callable[..., Any]) -> bool:
    """Return True when the responses of a method have entity tags."""
    return "entity_tag" in get_annotations(view)


def describe_etags(operation: dict[str, Any], doc_info: dict[str, Any], verb: str) -> None:
    """Document the entity tag of an operation, if it has one."""
    if "entity_tag" not in doc_info:
        return
    for status, response in operation["responses"].items():
        if isinstance(response, dict) and int(status) < 400:
            response["headers"] = {**response.get("headers", {}), **_HEADERS}
    if verb == "GET":
        operation["parameters"] = [*operation.get("parameters", []), _IF_NONE_MATCH]
        operation["responses"][304] = {"description": "The client has this version already.", "headers": _HEADERS}


def find_refused_condition(operation: dict[str, Any]) -> str:
    """Return the header of a condition that an operation refuses."""
    schemas = (parameter.get("schema") for parameter in operation["parameters"] if isinstance(parameter, dict))
    return "If-None-Match" if any(isinstance(schema, IfMatchChecker) for schema in schemas) else "If-Match"


def _matches(etag: str, header: str) -> bool:
    return header.strip() == ANY or any(
        match.group().removeprefix("W/") == etag for match in _etag_regex.finditer(header)
    )
