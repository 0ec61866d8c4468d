"""What is said about the API in OpenAPI 3.1: envelopes, failures, headers, who may call."""

from typing import Any

import flask_smorest
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask
from werkzeug.http import HTTP_STATUS_CODES

from shop.core.i18n.languages import LANGUAGE_MAX, LANGUAGE_PARAMETER
from shop.core.openapi.envelopes import ErrorSchema, error_name, failure_content, response_headers

_ERRORS = (400, 401, 403, 404, 406, 409, 412, 413, 415, 422, 429, 500, 503)
_LANGUAGE = {
    "in": "query",
    "name": LANGUAGE_PARAMETER,
    "description": "The language of the sentences, before `Accept-Language`.",
    "schema": {"type": "string", "maxLength": LANGUAGE_MAX, "example": "zh-Hant"},
}


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
        """Leave errors to shop.core.api.setup: flask-smorest's handler drops headers and speaks no envelope."""

    def _register_responses(self) -> None:
        """Name error answers by their number: HTTPStatus names change between Python versions."""
        for status in _ERRORS:
            answer = {
                "description": HTTP_STATUS_CODES[status],
                "headers": response_headers(status),
                "content": failure_content(status),
            }
            self.spec.components.response(error_name(status), answer, lazy=True)
