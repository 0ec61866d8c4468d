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
from shop.core.http.etag import Condition
from shop.core.openapi.annotations import document
from shop.core.settings.envelope import EnvelopeSettings
from shop.core.validation.fields import Text, coded

F = TypeVar("F", bound=Callable[..., Any])
TAGS_MAX = 1000
ANY = "*"
_TAG = r'(W/)?"[!#-~]*"'
TAGS_FORM = rf"^(\*|{_TAG}( *, *{_TAG})*)$"
_tag = re.compile(_TAG)
# What a 304 does not say: whoever hears it has it already.
_NOT_TOLD_AGAIN = ("Content-Type", "Content-Length", "Content-Language", "Link")
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
        TAGS_MAX,
        pattern=TAGS_FORM,
        error="Neither * nor entity tags in quotes.",
        data_key="If-Match",
        metadata=coded(CoreExceptionCode.IF_MATCH_FORMAT) | {"example": '"4b1c9e0d7a2f8356.0f4e1d2c3b4a59687766"'},
    )

    @post_load
    def _understand(self, words: dict[str, str], **_: Any) -> Condition:
        said = words.get("if_match", ANY)
        # A weak tag says that things are alike, and a write wants the very same.
        tags = (found.group() for found in _tag.finditer(said))
        return Condition(None if said == ANY else frozenset(tag[1:].partition(".")[0] for tag in tags if tag[0] == '"'))


def tag(answer: Response, version: str = "") -> Response:
    """The answer with its tag, or 304 for whoever reads and has it."""
    # An empty page says the same in every language; the keys get their names at the edge, after this.
    settings: EnvelopeSettings = current_app.config["SETTINGS"]
    dialect = (*settings.envelope_names, "", *settings.envelope_hide, "", *settings.envelope_extra)
    about = (answer.headers.get("Content-Type", ""), answer.headers.get("Content-Language", ""), *dialect)
    digest = hashlib.sha256("|".join(about).encode() + answer.get_data()).hexdigest()[:20]
    told = f'"{version}.{digest}"' if version else f'"{digest}"'
    answer.headers["ETag"] = told
    answer.headers["Cache-Control"] = "private, no-cache"
    known = request.headers.get("If-None-Match", "")
    if known and request.method in ("GET", "HEAD") and _is_known(told, known):
        answer.status_code = 304
        answer.set_data(b"")
        for name in _NOT_TOLD_AGAIN:
            answer.headers.pop(name, None)
    return answer


def tagged(view: F) -> F:
    """Let the answers of a Controller's method have tags; who says If-None-Match, and has what is read, hears 304."""
    document(view)
    view._apidoc["tagged"] = True  # type: ignore[attr-defined]  # for the Blueprint and its documentation
    return view


def is_tagged(view: Callable[..., Any]) -> bool:
    """Whether that was said of a method."""
    return "tagged" in getattr(view, "_apidoc", {})


def describe_tags(operation: dict[str, Any], about: dict[str, Any], verb: str) -> None:
    """Add to an operation of the OpenAPI document its tag, and what that is good for; nothing where it has none."""
    if "tagged" not in about:
        return
    for status, answer in operation["responses"].items():
        if isinstance(answer, dict) and int(status) < 400:
            answer["headers"] = {**answer.get("headers", {}), **_HEADERS}
    if verb == "GET":
        operation["parameters"] = [*operation.get("parameters", []), _IF_NONE_MATCH]
        operation["responses"][304] = {"description": "You have it already.", "headers": _HEADERS}


def _is_known(told: str, known: str) -> bool:
    return known.strip() == ANY or any(found.group().removeprefix("W/") == told for found in _tag.finditer(known))
