"""OpenAPI 3.1 specification of the API."""

from collections.abc import Callable
from inspect import cleandoc
from threading import Lock
from typing import Any

import flask_smorest
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask

from shop.core.i18n.languages import LANGUAGE_MAX, LANGUAGE_PARAMETER, LANGUAGES
from shop.core.openapi.envelopes import ErrorSchema
from shop.core.validation.choices import Choice

_DESCRIBING = Lock()
_LANGUAGE = {
    "in": "query",
    "name": LANGUAGE_PARAMETER,
    "required": False,
    "description": (
        f"Language of the messages: the closest of {', '.join(LANGUAGES)}. Overrides `Accept-Language`. A tag that is"
        " close to none of them is refused."
    ),
    # Other tags, such as `yue-HK`, are accepted as well: a pattern cannot express the distance of languages.
    "schema": {
        "type": "string",
        "maxLength": LANGUAGE_MAX,
        "pattern": "^((en|zh(-Han[st])?)(-[A-Z]{2})?)?$",
        "example": "zh-Hant",
    },
}


class Converter(OpenAPIConverter):
    """Converter of marshmallow schemas that adds their `document` attribute."""

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """Return the JSON Schema of a schema."""
        converted: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]  # apispec types few
        # Only a docstring of its own: schemas that are put together have none.
        own = {"description": cleandoc(text)} if (text := vars(type(schema)).get("__doc__")) else {}
        return {**own, **converted, **getattr(schema, "document", {})}

    def field2property(self, field: Any) -> dict[str, Any]:
        """Return the JSON Schema of a field, with names of its values."""
        converted: dict[str, Any] = super().field2property(field)
        # A reference may have a description beside it since OpenAPI 3.1.
        for reference in converted.pop("allOf", ()):
            converted |= reference
        if isinstance(field, Choice) and (names := field.member_names()):
            converted["x-enum-varnames"] = names
        return converted


class _Plugin(MarshmallowPlugin):
    Converter = Converter


class DeferredSpec(APISpec):
    """Specification that describes the operations when it is first read.

    They take four fifths of the time of creating an app, and most processes never serve the document.
    """

    deferred: list[Callable[[], object]]

    def defer(self, describe: Callable[[], object]) -> None:
        """Call `describe` before the specification is read."""
        self.deferred.append(describe)

    def to_dict(self) -> dict[str, Any]:
        """Describe what was deferred, and return the specification."""
        with _DESCRIBING:
            for describe in self.deferred:
                describe()
            self.deferred.clear()
            return super().to_dict()


class Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest carries no types
    """OpenAPI documentation of the app, without flask-smorest's error handlers."""

    ERROR_SCHEMA = ErrorSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        super().__init__(app, spec_kwargs={"marshmallow_plugin": _Plugin()})
        # flask-smorest creates the specification itself and takes no other class.
        self.spec.__class__ = DeferredSpec
        self.spec.deferred = []
        self.spec.components.parameter("Language", "query", _LANGUAGE)

    def _register_pagination_header(self) -> None:
        """Do nothing: pagination is in the envelope, not in a header."""

    def _register_error_handlers(self) -> None:
        """Do nothing: shop.core.api.error_handlers handles errors.

        The handler of flask-smorest drops headers, such as `Allow` and `Retry-After`, and does not use the envelope.
        """

    def _register_responses(self) -> None:
        """Do nothing: each operation describes its failures."""
