"""Strict request parser for webargs."""

from typing import Any

from marshmallow import Schema
from webargs import core as webargs
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.body import read_body, read_json
from shop.core.i18n.languages import LANGUAGE_PARAMETER
from shop.core.validation.errors import RequestValidationError


class Parser(FlaskParser):
    """Request parser that refuses unknown fields and bodies other than JSON."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": "raise"}  # noqa: RUF012 - typed by webargs

    def _raw_load_json(self, req: Any) -> Any:
        body = read_body(req)
        return read_json(req, body) if body else webargs.missing

    def load_json(self, req: Any, schema: Schema) -> Any:
        """Return the fields of the body.

        Without a body, raises ShopError BODY_MALFORMED when no field is required. Else the required fields are reported
        as missing.
        """
        if not read_body(req) and not _has_required_fields(schema):
            raise ShopError(CoreExceptionCode.BODY_MALFORMED)
        return super().load_json(req, schema)

    def load_querystring(self, req: Any, schema: Schema) -> Any:
        """Return the query parameters without the language, which every route accepts."""
        if LANGUAGE_PARAMETER in req.args:
            parameters = MultiDict(req.args)
            parameters.pop(LANGUAGE_PARAMETER)
            return self._makeproxy(parameters, schema)
        return super().load_querystring(req, schema)

    def load_headers(self, req: Any, schema: Schema) -> dict[str, str]:
        """Return the headers that the schema knows."""
        # webargs would wrap all headers in an own mapping, which is slower.
        names = (field.data_key or name for name, field in schema.fields.items())
        return {name: req.headers[name] for name in names if name in req.headers}

    def handle_error(self, error: Any, req: Any, schema: Schema, **_: Any) -> Any:  # noqa: ARG002 - signature of webargs
        """Raise RequestValidationError for the error handlers."""
        raise RequestValidationError(error.messages, schema)


def _has_required_fields(schema: Schema) -> bool:
    return schema.partial is not True and any(field.required for field in schema.fields.values())
