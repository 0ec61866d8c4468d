"""Failures as RFC 9457 tells them: application/problem+json, for whoever prefers it to the envelope."""

from typing import Any, ClassVar

from flask import request
from marshmallow import Schema, fields
from marshmallow.validate import Length, Range
from werkzeug.urls import iri_to_uri

from shop.core.i18n.messages import http_status, translate_code
from shop.core.validation.errors import ERRORS_MAX, SENTENCES_MAX, FieldErrors
from shop.core.validation.fields import SENTENCE_MAX, Text, WholeNumber

ERRORS_PATH = "/errors"
# Of six digits, or eight.
CODE_MAX = 59_999_999
# A path, or a way into a body: each letter may take twelve when it is written in ASCII.
_WHERE_MAX = 400_000


class MistakeSchema(Schema):
    """One wrong word: where it stands, and what is wrong with it."""

    pointer = Text(_WHERE_MAX, metadata={"description": "JSON pointer into the body.", "example": "#/quantity"})
    parameter = Text(_WHERE_MAX, metadata={"description": "The word of the query."})
    header = Text(_WHERE_MAX, metadata={"description": "The header."})
    code = WholeNumber(required=True, validate=Range(400, CODE_MAX), metadata={"example": 422401})
    detail = Text(SENTENCE_MAX, min_length=1, required=True)

    document: ClassVar = {"example": {"pointer": "#/quantity", "code": 422401, "detail": "Not a valid integer."}}


class ProblemSchema(Schema):
    """A failure as RFC 9457 tells it; facts of the failure stand beside these."""

    type = Text(20, min_length=1, required=True, metadata={"format": "uri-reference", "example": "/errors/404301"})
    title = Text(SENTENCE_MAX, min_length=1, required=True, metadata={"example": "Item … does not exist."})
    status = WholeNumber(required=True, validate=Range(400, 599), metadata={"example": 404})
    detail = Text(SENTENCE_MAX, min_length=1, required=True, metadata={"example": "Item 7 does not exist."})
    instance = Text(
        _WHERE_MAX, min_length=1, required=True, metadata={"format": "uri-reference", "example": "/api/v1/items/7"}
    )
    code = WholeNumber(required=True, validate=Range(400, CODE_MAX), metadata={"example": 404301})
    errors = fields.List(fields.Nested(MistakeSchema), validate=Length(max=ERRORS_MAX * SENTENCES_MAX))

    document: ClassVar = {"additionalProperties": True}


def problem(code: int, data: Any, message: str) -> dict[str, Any]:
    """The failure of the request that is being served."""
    told = {
        "type": f"{ERRORS_PATH}/{code}",
        "title": translate_code(code),
        "status": http_status(code),
        "detail": message,
        "instance": iri_to_uri(request.path),
        "code": code,
    }
    if isinstance(data, FieldErrors):
        return {**told, "errors": list(data.as_problem_errors())}
    facts = data if isinstance(data, dict) else {}
    return {**facts, **told}
