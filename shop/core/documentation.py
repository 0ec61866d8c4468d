"""What is said about the API in OpenAPI 3.1: envelopes, failures, headers, who may call."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from enum import Enum
from functools import cache
from typing import Any

import flask_smorest
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range
from werkzeug.http import HTTP_STATUS_CODES

from shop.core.languages import LANGUAGE_MAX, LANGUAGE_WORD, LANGUAGES
from shop.core.limited import FIELDS, RETRY_MAX
from shop.core.lists.told import ListMetaSchema, as_row
from shop.core.pagination import PER_PAGE_MAX, PageMetaSchema
from shop.core.problem import CODE_MAX, ERRORS_PATH, JSON, PROBLEM, ProblemSchema
from shop.core.wire import SENTENCE_MAX, Text, WholeNumber

_ERRORS = (400, 401, 403, 404, 406, 409, 412, 413, 415, 422, 429, 500, 503)


class Shape(Enum):
    """What stands in `data`: one object, a whole list, a numbered page, or the rows of a list as it was asked."""

    ONE = "one"
    LIST = "list"
    PAGE = "page"
    ASKED = "asked"


_SUFFIX = {Shape.ONE: "", Shape.LIST: "List", Shape.PAGE: "Page", Shape.ASKED: "Asked"}
_META: dict[Shape, type[Schema]] = {Shape.PAGE: PageMetaSchema, Shape.ASKED: ListMetaSchema}
_LANGUAGE = {
    "in": "query",
    "name": LANGUAGE_WORD,
    "description": "The language of the sentences, before `Accept-Language`.",
    "schema": {"type": "string", "maxLength": LANGUAGE_MAX, "example": "zh-Hant"},
}


def _header(says: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    return {"description": says, "required": required, "schema": schema}


_SPOKEN = {"Content-Language": _header("The language of the sentences.", type="string", enum=[*LANGUAGES])}
_LOCATION = {"Location": _header("Where it is read.", type="string", format="uri-reference", maxLength=1000)}
_RETRY: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": RETRY_MAX}
# What a status has to say besides.
_HEADERS: dict[int, dict[str, Any]] = {
    201: _LOCATION,
    202: _LOCATION,
    401: {"WWW-Authenticate": _header("How to sign in.", type="string", enum=["Bearer"])},
    409: {"Retry-After": _header("Seconds to wait, where waiting helps.", required=False, **_RETRY)},
    429: {"Retry-After": _header("Seconds to wait.", **_RETRY)},
    503: {"Retry-After": _header("Seconds to wait.", **_RETRY)},
}


class ErrorSchema(Schema):
    """The envelope of a failure."""

    status = fields.String(required=True, validate=OneOf(["error", "fail"]))
    code = WholeNumber(required=True, validate=Range(400, CODE_MAX), metadata={"example": 404301})
    message = Text(SENTENCE_MAX, least=1, required=True, metadata={"example": "Item 7 does not exist."})
    data = fields.Dict(required=True, metadata={"example": {"error_code": "NOT_FOUND", "item_id": 7}})


class NothingSchema(Schema):
    """An empty object: there is nothing to say."""


class Converter(OpenAPIConverter):
    """Marshmallow's schemas in the words of OpenAPI, and what a schema itself has to say besides, in `document`."""

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """The JSON Schema of a schema."""
        said: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]  # apispec types few
        return {**said, **getattr(schema, "document", {})}


class _Plugin(MarshmallowPlugin):
    Converter = Converter


class Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest carries no types
    """Collects the documentation; the error handlers are the project's own."""

    ERROR_SCHEMA = ErrorSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        super().__init__(app, spec_kwargs={"marshmallow_plugin": _Plugin()})
        self.spec.components.parameter("Language", "query", _LANGUAGE)

    def _register_pagination_header(self) -> None:
        """Leave flask-smorest's pages out: ours stand in the envelope."""

    def _register_error_handlers(self) -> None:
        """Leave errors to shop.core.http: flask-smorest's handler drops headers and speaks no envelope."""

    def _register_responses(self) -> None:
        """Name error answers by their number: HTTPStatus names change between Python versions."""
        for status in _ERRORS:
            answer = {
                "description": HTTP_STATUS_CODES[status],
                "headers": headers_of(status),
                "content": _failure(status),
            }
            self.spec.components.response(error_name(status), answer, lazy=True)


def error_name(status: int) -> str:
    """The component that documents an error status."""
    return f"Error{status}"


def headers_of(status: int) -> dict[str, Any]:
    """The headers that an answer of that status has."""
    return {**_SPOKEN, **_HEADERS.get(status, {}), **(FIELDS if status >= 400 else {})}


def in_other_words(status: int, example: Mapping[str, Any]) -> dict[str, Any]:
    """What differs where an answer comes with that status."""
    phrase = HTTP_STATUS_CODES[status]
    told = {**example, "code": status, "message": phrase}
    return {"description": phrase, "headers": headers_of(status), "example": told}


def _failure(status: int) -> dict[str, Any]:
    phrase, kind = HTTP_STATUS_CODES[status], "error" if status < 500 else "fail"
    told = {"type": f"{ERRORS_PATH}/{status}", "title": phrase, "status": status, "detail": phrase, "code": status}
    return {
        JSON: {"schema": ErrorSchema, "example": {"status": kind, "code": status, "message": phrase, "data": {}}},
        PROBLEM: {"schema": ProblemSchema, "example": {**told, "instance": "/api/v1/items/7"}},
    }


@cache
def enveloped(schema: type[Schema] | None, shape: Shape) -> Schema:
    """The schema of the whole envelope around an answer, for the documentation only."""
    inner: Any = fields.Nested(schema) if schema else fields.Nested(NothingSchema)
    name = schema.__name__.removesuffix("Schema") if schema else "Empty"
    if shape is Shape.LIST:
        inner = fields.List(inner, validate=Length(max=PER_PAGE_MAX))
    elif shape is not Shape.ONE:
        rows = fields.Nested(as_row(schema)) if schema and shape is Shape.ASKED else inner
        page: dict[str, Any] = {
            "data": fields.List(rows, required=True, validate=Length(max=PER_PAGE_MAX)),
            "meta": fields.Nested(_META[shape], required=True),
        }
        inner = fields.Nested(Schema.from_dict(page, name=f"{name}{_SUFFIX[shape]}Schema"))
    return around(inner, f"{name}{_SUFFIX[shape]}")


def around(data: Any, name: str) -> Schema:
    """The schema of an envelope with that field as its data."""
    data.required = True
    keys: dict[str, Any] = {
        "status": fields.String(required=True, validate=OneOf(["success"])),
        "code": WholeNumber(required=True, validate=Range(200, CODE_MAX)),
        "message": Text(SENTENCE_MAX, least=1, required=True, metadata={"example": "OK"}),
        "data": data,
    }
    return Schema.from_dict(keys, name=f"{name}EnvelopeSchema")()


def document(view: Callable[..., Any], **operation: Any) -> None:
    """Add to what flask-smorest will say about a view: `security`, `responses` and the like."""
    apidoc: dict[str, Any] = deepcopy(getattr(view, "_apidoc", {}))
    manual = apidoc.setdefault("manual_doc", {})
    for key, value in operation.items():
        manual[key] = {**manual.get(key, {}), **value} if isinstance(value, dict) else value
    view._apidoc = apidoc  # type: ignore[attr-defined]  # flask-smorest's own place for it


def with_description(view: Callable[..., Any], described: Callable[..., Any]) -> Any:
    """The view, with what flask-smorest says about another one."""
    # Without the wrapper it says it with: that asks the app at each request how to call an async view; we have none.
    view._apidoc = described._apidoc  # type: ignore[attr-defined]  # flask-smorest's own place for it
    return view


def tell(view: Callable[..., Any], sentence: str) -> None:
    """Add a sentence to the description of a view."""
    told = getattr(view, "_apidoc", {}).get("manual_doc", {}).get("description")
    document(view, description=f"{told} {sentence}" if told else sentence)


def name_operations(controller: type[Any]) -> None:
    """Give every operation its id, such as `postPurchaseOrder`, and say so when nobody need sign in for it."""
    for verb in sorted(controller.methods):
        view = getattr(controller, verb.lower())
        security = view._apidoc.get("manual_doc", {}).get("security", [])
        document(view, operationId=verb.lower() + controller.__name__.removesuffix("Controller"), security=security)
