"""Failures as RFC 9457 tells them: application/problem+json, for whoever prefers it to the envelope."""

from functools import lru_cache
from typing import Any, ClassVar

from flask import request
from marshmallow import Schema, fields
from marshmallow.validate import Length, Range
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header
from werkzeug.urls import iri_to_uri

from shop.core.codes import http_status, localize
from shop.core.mistakes import MOST, SENTENCES_MAX, Mistakes
from shop.core.wire import SENTENCE_MAX, Text, WholeNumber

PROBLEM = "application/problem+json"
JSON = "application/json"
ERRORS_PATH = "/errors"
# Of six digits, or eight.
CODE_MAX = 59_999_999
# A path, or a way into a body: each letter may take twelve when it is written in ASCII.
_WHERE_MAX = 400_000
# Browsers ask for it, and are given the envelope everywhere but at the pages of codes.
PAGE = "text/html"
# A longer header is as none: what is remembered of it has to stay small.
_ACCEPT_MAX = 1000


class MistakeSchema(Schema):
    """One wrong word: where it stands, and what is wrong with it."""

    pointer = Text(_WHERE_MAX, metadata={"description": "JSON pointer into the body.", "example": "#/quantity"})
    parameter = Text(_WHERE_MAX, metadata={"description": "The word of the query."})
    header = Text(_WHERE_MAX, metadata={"description": "The header."})
    code = WholeNumber(required=True, validate=Range(400, CODE_MAX), metadata={"example": 422401})
    detail = Text(SENTENCE_MAX, least=1, required=True)

    document: ClassVar = {"example": {"pointer": "#/quantity", "code": 422401, "detail": "Not a valid integer."}}


class ProblemSchema(Schema):
    """A failure as RFC 9457 tells it; facts of the failure stand beside these."""

    type = Text(20, least=1, required=True, metadata={"format": "uri-reference", "example": "/errors/404301"})
    title = Text(SENTENCE_MAX, least=1, required=True, metadata={"example": "Item … does not exist."})
    status = WholeNumber(required=True, validate=Range(400, 599), metadata={"example": 404})
    detail = Text(SENTENCE_MAX, least=1, required=True, metadata={"example": "Item 7 does not exist."})
    instance = Text(
        _WHERE_MAX, least=1, required=True, metadata={"format": "uri-reference", "example": "/api/v1/items/7"}
    )
    code = WholeNumber(required=True, validate=Range(400, CODE_MAX), metadata={"example": 404301})
    errors = fields.List(fields.Nested(MistakeSchema), validate=Length(max=MOST * SENTENCES_MAX))

    document: ClassVar = {"additionalProperties": True}


def prefers_problem(accept: str) -> bool:
    """Whether an Accept header likes problem+json better than JSON; of two equals, the one it names first."""
    return "problem+json" in accept.lower() and len(accept) <= _ACCEPT_MAX and _prefers_problem(accept)


def prefers_page(accept: str) -> bool:
    """Whether an Accept header likes a page to read better than JSON, as that of a browser does."""
    return len(accept) <= _ACCEPT_MAX and _accepted(accept).best_match((JSON, PAGE)) == PAGE


def is_acceptable(accept: str) -> bool:
    """Whether somebody with that Accept header can do something with what we answer."""
    return len(accept) > _ACCEPT_MAX or _is_acceptable(accept)


@lru_cache(maxsize=1024)
def _is_acceptable(accept: str) -> bool:
    accepted = _accepted(accept)
    return not accepted or any(accepted.quality(kind) for kind in (JSON, PROBLEM, PAGE))


@lru_cache(maxsize=1024)
def _prefers_problem(accept: str) -> bool:
    accepted = _accepted(accept)
    named = [kind.lower() for kind in accepted.values()]
    first = sorted((PROBLEM, JSON), key=lambda kind: named.index(kind) if kind in named else len(named))
    return accepted.best_match(first) == PROBLEM


def _accepted(accept: str) -> MIMEAccept:
    # Without parameters such as `charset`, which make no difference to what we answer.
    said = parse_accept_header(accept, MIMEAccept)
    return MIMEAccept((kind.partition(";")[0].strip(), quality) for kind, quality in said)


def problem(code: int, data: Any, message: str) -> dict[str, Any]:
    """The failure of the request that is being served."""
    told = {
        "type": f"{ERRORS_PATH}/{code}",
        "title": localize(code),
        "status": http_status(code),
        "detail": message,
        "instance": iri_to_uri(request.path),
        "code": code,
    }
    if isinstance(data, Mistakes):
        return {**told, "errors": list(data.listed())}
    facts = data if isinstance(data, dict) else {}
    return {**facts, **told}
