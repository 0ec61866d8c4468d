"""Failures as RFC 9457 tells them: application/problem+json, for whoever prefers it to the envelope."""

import re
from functools import lru_cache
from typing import Any

from flask import request
from marshmallow import Schema, fields
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import HTTP_STATUS_CODES, parse_accept_header
from werkzeug.urls import iri_to_uri

from shop.core.errors import known_code
from shop.core.languages import say
from shop.core.mistakes import Mistakes

PROBLEM = "application/problem+json"
JSON = "application/json"
ERRORS_PATH = "/errors"
_PLACEHOLDER = re.compile(r"\{\w+\}")


class MistakeSchema(Schema):
    """One wrong word: where it stands, and what is wrong with it."""

    pointer = fields.String(metadata={"description": "JSON pointer into the body.", "example": "#/quantity"})
    parameter = fields.String(metadata={"description": "The word of the query."})
    header = fields.String(metadata={"description": "The header."})
    code = fields.Integer(required=True, metadata={"example": 422401})
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """A failure as RFC 9457 tells it; facts of the failure stand beside these."""

    type = fields.String(required=True, metadata={"example": "/errors/404301"})
    title = fields.String(required=True)
    status = fields.Integer(required=True, metadata={"example": 404})
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    code = fields.Integer(required=True, metadata={"example": 404301})
    errors = fields.List(fields.Nested(MistakeSchema))


@lru_cache(maxsize=1024)
def prefers_problem(accept: str) -> bool:
    """Whether an Accept header likes problem+json better than JSON; of two equals, the one it names first."""
    if "problem+json" not in accept.lower():
        return False
    accepted = parse_accept_header(accept, MIMEAccept)
    named = [kind.lower() for kind in accepted.values()]
    first = sorted((PROBLEM, JSON), key=lambda kind: named.index(kind) if kind in named else len(named))
    return accepted.best_match(first) == PROBLEM


def problem(code: int, data: Any, message: str) -> dict[str, Any]:
    """The failure of the request that is being served."""
    status = int(str(code)[:3])
    told = {
        "type": f"{ERRORS_PATH}/{code}",
        "title": title(code),
        "status": status,
        "detail": message,
        "instance": iri_to_uri(request.path),
        "code": code,
    }
    if isinstance(data, Mistakes):
        return {**told, "errors": list(data.listed())}
    facts = data if isinstance(data, dict) else {}
    return {**facts, **told}


def title(code: int) -> str:
    """What a kind of failure is called, the same each time: its sentence without facts, or the HTTP phrase."""
    known = known_code(code)
    return _PLACEHOLDER.sub("…", say(known.sentence)) if known else say(HTTP_STATUS_CODES[int(str(code)[:3])])
