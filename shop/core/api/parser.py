"""Strict parser of the values of a request."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Request
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError
from marshmallow.types import UnknownOption
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.body import read_body, read_json
from shop.core.http.request import header_key
from shop.core.i18n.languages import LANGUAGE_PARAMETER
from shop.core.validation.errors import RequestValidationError


def parse_arguments(request: Request, schema: Schema, location: str, load: Callable[..., Any]) -> Any:
    """Return the validated values of one location: `json`, `query` or `headers`.

    `load` is that of the schema, or its fast path. Raises RequestValidationError, and the errors of `read_body` and
    `read_json`.
    """
    read, unknown = _LOCATIONS[location]
    values = read(request, schema)
    try:
        return load(values, unknown=unknown)
    except ValidationError as error:
        raise RequestValidationError({location: error.messages}, schema) from error


def _read_fields(request: Request, schema: Schema) -> Any:
    """Return the fields of the body.

    Without a body, raises ShopError BODY_MALFORMED when no field is required. Else the required fields are reported as
    missing.
    """
    body = read_body(request)
    if body:
        return read_json(request, body)
    if not _has_required_fields(schema):
        raise ShopError(CoreExceptionCode.BODY_MALFORMED)
    return {}


def _read_parameters(request: Request, schema: Schema) -> Mapping[str, Any]:
    """Return the query parameters without the language, which every route accepts."""
    if not request.environ.get("QUERY_STRING"):
        return {}
    parameters: MultiDict[str, str] = request.args
    if LANGUAGE_PARAMETER in parameters:
        parameters = MultiDict(parameters)
        parameters.pop(LANGUAGE_PARAMETER)
    return MultiDictProxy(parameters, schema)


def _read_headers(request: Request, schema: Schema) -> dict[str, str]:
    """Return the headers that the schema knows."""
    environ = request.environ
    names = (field.data_key or name for name, field in schema.fields.items())
    return {name: environ[key] for name in names if (key := header_key(name)) in environ}


_LOCATIONS: dict[str, tuple[Callable[[Request, Schema], Any], UnknownOption | None]] = {
    # None: as the schema decides.
    "json": (_read_fields, None),
    "query": (_read_parameters, RAISE),
    "headers": (_read_headers, EXCLUDE),
}


def _has_required_fields(schema: Schema) -> bool:
    return schema.partial is not True and any(field.required for field in schema.fields.values())
