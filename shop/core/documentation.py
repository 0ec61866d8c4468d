"""OpenAPI 3.1 at /openapi.json and the page at /docs, from files of a wheel: no CDN, a strict CSP."""

from collections.abc import Callable
from copy import deepcopy
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import flask_smorest
import flask_swagger_ui
from flask import Flask, Response, send_from_directory
from marshmallow import Schema, fields
from werkzeug.http import HTTP_STATUS_CODES

from shop.core.envelope import respond
from shop.core.lists.told import ListMetaSchema, as_row
from shop.core.problem import PROBLEM, ProblemSchema

_DIST = Path(flask_swagger_ui.__file__).parent / "dist"
_OWN = Path(__file__).parent / "static"
_CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_ERRORS = (400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503)


class Shape(Enum):
    """What stands in `data`: one object, a numbered page, a page that a cursor continues, or what was asked for."""

    ONE = "one"
    PAGE = "page"
    CURSOR = "cursor"
    LIST = "list"


_SUFFIX = {Shape.ONE: "", Shape.PAGE: "Page", Shape.CURSOR: "CursorPage", Shape.LIST: "List"}


class ErrorSchema(Schema):
    """The envelope of a failure."""

    status = fields.String(required=True, metadata={"enum": ["error", "fail"]})
    code = fields.Integer(required=True, metadata={"example": 404301})
    message = fields.String(required=True)
    data = fields.Dict(required=True)


class Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest carries no types
    """Collects the documentation; the error handlers are the project's own."""

    ERROR_SCHEMA = ErrorSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave errors to shop.core.http: flask-smorest's handler drops headers and speaks no envelope."""

    def _register_responses(self) -> None:
        """Name error answers by their number: HTTPStatus names change between Python versions."""
        for status in _ERRORS:
            answer = {
                "description": HTTP_STATUS_CODES[status],
                "content": {"application/json": {"schema": ErrorSchema}, PROBLEM: {"schema": ProblemSchema}},
            }
            self.spec.components.response(error_name(status), answer, lazy=True)


def error_name(status: int) -> str:
    """The component that documents an error status."""
    return f"Error{status}"


@cache
def enveloped(schema: type[Schema] | None, shape: Shape) -> Schema:
    """The schema of the whole envelope around an answer, for the documentation only."""
    inner: Any = fields.Nested(schema) if schema else fields.Dict()
    name = schema.__name__.removesuffix("Schema") if schema else "Empty"
    if shape is not Shape.ONE:
        page: dict[str, Any] = {"data": fields.List(inner, required=True), "meta": fields.Dict(required=True)}
        if shape is Shape.LIST and schema:
            rows = fields.List(fields.Nested(as_row(schema)), required=True)
            page = {"data": rows, "meta": fields.Nested(ListMetaSchema, required=True)}
        inner = fields.Nested(Schema.from_dict(page, name=f"{name}{_SUFFIX[shape]}Schema"))
    inner.required = True
    keys: dict[str, Any] = {
        "status": fields.String(required=True, metadata={"const": "success"}),
        "code": fields.Integer(required=True),
        "message": fields.String(required=True),
        "data": inner,
    }
    return Schema.from_dict(keys, name=f"{name}{_SUFFIX[shape]}EnvelopeSchema")()


def document(view: Callable[..., Any], **operation: Any) -> None:
    """Add to what flask-smorest will say about a view: `security`, `responses` and the like."""
    apidoc: dict[str, Any] = deepcopy(getattr(view, "_apidoc", {}))
    manual = apidoc.setdefault("manual_doc", {})
    for key, value in operation.items():
        manual[key] = {**manual.get(key, {}), **value} if isinstance(value, dict) else value
    view._apidoc = apidoc  # type: ignore[attr-defined]  # flask-smorest's own place for it


def name_operations(controller: type[Any]) -> None:
    """Give every operation its id, such as `postPurchaseOrder`, and say so when nobody need sign in for it."""
    for verb in sorted(controller.methods):
        view = getattr(controller, verb.lower())
        security = view._apidoc.get("manual_doc", {}).get("security", [])
        document(view, operationId=verb.lower() + controller.__name__.removesuffix("Controller"), security=security)


def serve_documentation(app: Flask, api: Api) -> None:
    """Serve the document and the page."""

    @app.get("/openapi.json")
    def openapi() -> Response:
        return Response(app.json.dumps(api.spec.to_dict()), mimetype="application/json")

    @app.get("/docs")
    def docs() -> Response:
        page = send_from_directory(_OWN, "docs.html")
        page.headers["Content-Security-Policy"] = _CSP
        return page

    @app.get("/docs/<path:name>")
    def docs_file(name: str) -> Response:
        return send_from_directory(_OWN if (_OWN / name).is_file() else _DIST, name, max_age=3600)

    @app.get("/")
    def index() -> Response:
        return respond(200, {"docs": "/docs", "openapi": "/openapi.json"})
