"""Lists over HTTP: the words of a request to the Checker that fits it, and a page into an answer."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request
from marshmallow import Schema

from shop.core.pagination.links import Here, link_header
from shop.core.pagination.pages import Listed
from shop.core.query.checker import ListChecker, spell
from shop.core.settings.parameter_names import spelling


def fit(schema: Schema) -> Schema:
    """The schema for a query of the one who calls, in an app that may spell parameters its own way."""
    names = _spelling(current_app)
    if isinstance(schema, ListChecker):
        return schema.heard_from(g.get("caller"), names)
    return _spelled(schema, tuple(names.items())) if names else schema


def told(page: Listed[Any], dump: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The data of an answer that is a page, and the headers that lead to the others."""
    meta = page.meta(Here(request.path, request.args, _spelling(current_app)))
    return {"data": dump(page.rows, many=True), "meta": {"pagination": meta}}, link_header(meta["links"])


def outer(name: str) -> str:
    """What a parameter is called in requests to the app that is serving one; any other word keeps its name."""
    return _spelling(current_app).get(name, name)


def spell_parameters(doc: dict[str, Any], _info: dict[str, Any], *, app: Flask, **_: Any) -> dict[str, Any]:
    """What flask-smorest says about an operation, with its parameters spelled as the app has them."""
    names = tuple(_spelling(app).items())
    if not names or "parameters" not in doc:
        return doc
    return {**doc, "parameters": [_respelled(parameter, names) for parameter in doc["parameters"]]}


def _spelling(app: Flask) -> Mapping[str, str]:
    return spelling(app.config["SETTINGS"].list_words)


def _respelled(parameter: Any, names: tuple[tuple[str, str], ...]) -> Any:
    if not isinstance(parameter, dict) or parameter.get("in") != "query" or "schema" not in parameter:
        return parameter
    return {**parameter, "schema": _spelled(parameter["schema"], names)}


@lru_cache(maxsize=256)
def _spelled(schema: Schema, names: tuple[tuple[str, str], ...]) -> Schema:
    return spell(type(schema)(), dict(names))
