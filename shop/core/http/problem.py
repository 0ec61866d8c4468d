"""Problem details (RFC 9457): failures as application/problem+json."""

from typing import Any, ClassVar

from flask import request
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range
from werkzeug.urls import iri_to_uri

from shop.core.errors import Retry, find_code
from shop.core.i18n.messages import http_status, translate_code
from shop.core.validation.errors import ERRORS_MAX, SENTENCES_MAX, FieldErrors
from shop.core.validation.fields import SENTENCE_MAX, Text, WholeNumber

ERRORS_PATH = "/errors"
# Codes have six or eight digits.
CODE_MAX = 59_999_999
# A path or a JSON pointer: each character may need twelve in its ASCII form.
_WHERE_MAX = 400_000


class MistakeSchema(Schema):
    """One invalid field with its location and its error."""

    pointer = Text(_WHERE_MAX, metadata={"description": "JSON pointer into the body.", "example": "#/quantity"})
    parameter = Text(_WHERE_MAX, metadata={"description": "The query parameter."})
    header = Text(_WHERE_MAX, metadata={"description": "The header."})
    code = WholeNumber(
        required=True,
        validate=Range(400, CODE_MAX),
        metadata={"description": "Error code of the field.", "example": 422401},
    )
    detail = Text(SENTENCE_MAX, min_length=1, required=True, metadata={"description": "What is wrong with the field."})

    document: ClassVar = {"example": {"pointer": "#/quantity", "code": 422401, "detail": "Not a valid integer."}}


class ProblemSchema(Schema):
    """Problem details of a failure. Facts of the failure are additional members."""

    type = Text(
        20,
        min_length=1,
        required=True,
        metadata={
            "description": "Page that explains the code.",
            "format": "uri-reference",
            "example": "/errors/404301",
        },
    )
    title = Text(
        SENTENCE_MAX,
        min_length=1,
        required=True,
        metadata={"description": "Meaning of the code; `…` stands for its facts.", "example": "Item … does not exist."},
    )
    status = WholeNumber(
        required=True, validate=Range(400, 599), metadata={"description": "HTTP status.", "example": 404}
    )
    detail = Text(
        SENTENCE_MAX,
        min_length=1,
        required=True,
        metadata={
            "description": "Message for people, in the language of the caller.",
            "example": "Item 7 does not exist.",
        },
    )
    instance = Text(
        _WHERE_MAX,
        min_length=1,
        required=True,
        metadata={"description": "Path of the request.", "format": "uri-reference", "example": "/api/v1/items/7"},
    )
    code = WholeNumber(
        required=True,
        validate=Range(400, CODE_MAX),
        metadata={"description": "Error code: decide by it.", "example": 404301},
    )
    errors = fields.List(
        fields.Nested(MistakeSchema),
        validate=Length(max=ERRORS_MAX * SENTENCES_MAX),
        metadata={"description": "Every wrong field of the request."},
    )
    retry = fields.String(
        validate=OneOf([*Retry]), metadata={"description": "Next step of a client.", "example": Retry.NEVER}
    )

    document: ClassVar = {"additionalProperties": True}


def problem(code: int, data: Any, message: str) -> dict[str, Any]:
    """Return the problem details of a failure of the current request."""
    details = {
        "type": f"{ERRORS_PATH}/{code}",
        "title": translate_code(code),
        "status": http_status(code),
        "detail": message,
        "instance": iri_to_uri(request.path),
        "code": code,
    }
    if isinstance(data, FieldErrors):
        known = find_code(code)
        retry = {"retry": known.retry} if known else {}
        return {**details, **retry, "errors": list(data.as_problem_errors())}
    facts = data if isinstance(data, dict) else {}
    return {**facts, **details}
