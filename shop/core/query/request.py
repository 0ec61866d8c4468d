"""Lists over HTTP: the words of a request to the Checker that fits it, and a page into an answer."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request
from marshmallow import Schema

from shop.core.pagination.links import ListUrl, link_header
from shop.core.pagination.pages import AnyPage
from shop.core.query.checker import ListChecker, rename_parameters
from shop.core.settings.parameter_names import parameter_names


def schema_for_caller(schema: Schema) -> Schema:
    """The schema for a query of the one who calls, in an app that may spell parameters its own way."""
    names = _parameter_names(current_app)
    if isinstance(schema, ListChecker):
        return schema.visible_to(g.get("caller"), names)
    return _renamed_schema(schema, tuple(names.items())) if names else schema


def page_response(page: AnyPage[Any], dump: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The data of an answer that is a page, and the headers that lead to the others."""
    meta = page.meta(ListUrl(request.path, request.args, _parameter_names(current_app)))
    return {"data": dump(page.rows, many=True), "meta": {"pagination": meta}}, link_header(meta["links"])


def public_name(name: str) -> str:
    """What a parameter is called in requests to the app that is serving one; any other word keeps its name."""
    return _parameter_names(current_app).get(name, name)


def rename_documented_parameters(doc: dict[str, Any], _info: dict[str, Any], *, app: Flask, **_: Any) -> dict[str, Any]:
    """What flask-smorest says about an operation, with its parameters spelled as the app has them."""
    names = tuple(_parameter_names(app).items())
    if not names or "parameters" not in doc:
        return doc
    return {**doc, "parameters": [_rename_parameter(parameter, names) for parameter in doc["parameters"]]}


def _parameter_names(app: Flask) -> Mapping[str, str]:
    return parameter_names(app.config["SETTINGS"].list_words)


def _rename_parameter(parameter: Any, names: tuple[tuple[str, str], ...]) -> Any:
    if not isinstance(parameter, dict) or parameter.get("in") != "query" or "schema" not in parameter:
        return parameter
    return {**parameter, "schema": _renamed_schema(parameter["schema"], names)}


@lru_cache(maxsize=256)
def _renamed_schema(schema: Schema, names: tuple[tuple[str, str], ...]) -> Schema:
    return rename_parameters(type(schema)(), dict(names))
