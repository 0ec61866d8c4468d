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
    """Reads requests strictly: unknown words are refused, bodies are JSON, failures are ours."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": "raise"}  # noqa: RUF012 - its shape

    def _raw_load_json(self, req: Any) -> Any:
        body = read_body(req)
        return read_json(req, body) if body else webargs.missing

    def load_json(self, req: Any, schema: Schema) -> Any:
        """The words of the body; one that is not there says nothing, which is wrong where no word has to be said."""
        if not read_body(req) and not _has_required_fields(schema):
            raise ShopError(CoreExceptionCode.BODY_MALFORMED)
        return super().load_json(req, schema)

    def load_querystring(self, req: Any, schema: Schema) -> Any:
        """The query without the word that any request may say."""
        if LANGUAGE_PARAMETER in req.args:
            words = MultiDict(req.args)
            words.pop(LANGUAGE_PARAMETER)
            return self._makeproxy(words, schema)
        return super().load_querystring(req, schema)

    def load_headers(self, req: Any, schema: Schema) -> dict[str, str]:
        """The headers that the schema knows; webargs would wrap all of them in a view of its own."""
        names = (field.data_key or name for name, field in schema.fields.items())
        return {name: req.headers[name] for name in names if name in req.headers}

    def handle_error(self, error: Any, req: Any, schema: Schema, **_: Any) -> Any:  # noqa: ARG002 - given shape
        """Raise what the error handlers know."""
        raise RequestValidationError(error.messages, schema)


def _has_required_fields(schema: Schema) -> bool:
    return schema.partial is not True and any(field.required for field in schema.fields.values())
