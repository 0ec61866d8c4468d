"""Translation of renamed list parameters (`SHOP_LIST_WORDS`) at the edge of the app.

The query string of a request gets the standard names before anything reads it. Links, errors and the OpenAPI document
get the public names when they leave the app. No other module knows the public names.
"""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from itertools import chain
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes

import orjson
from flask import Request, Response

from shop.core.http.etag import add_variant
from shop.core.http.negotiation import PROBLEM
from shop.core.http.web_app import WebApp
from shop.core.settings.parameter_names import parse_parameter_names
from shop.core.settings.settings import Settings
from shop.core.validation.errors import FieldError, FieldErrors

_LINK_TARGET = re.compile(r"(?<=<)[^>]*(?=>)")


def install_parameter_names(app: WebApp, settings: Settings) -> "ParameterNames | None":
    """Translate parameter names in requests and responses.

    Returns None when no parameter is renamed. Must be called before other response hooks are set, after the custom
    envelope.
    """
    if not settings.list_words:
        return None
    names = ParameterNames(app.wsgi_app, parse_parameter_names(settings.list_words))
    app.wsgi_app = names  # type: ignore[method-assign]  # the documented way to add WSGI middleware
    app.response_hooks.append(names.rename_response)
    # The links of a page are part of its body.
    add_variant(app, settings.list_words)
    return names


class ParameterNames:
    """WSGI middleware and response hook that translate query parameter names."""

    def __init__(self, app: Any, names: Mapping[str, str]) -> None:
        self._app = app
        # With search=q, a request must not use `search`. Such a request has `q` inside, which is unknown there, and its
        # error is translated back to `search`. So each name has exactly one translation in both directions.
        unknown = zip(sorted(names.values() - names.keys()), sorted(names.keys() - names.values()), strict=True)
        self._public = {**names, **dict(unknown)}
        self._standard = {public: standard for standard, public in self._public.items()}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Give the parameters of a request their standard names."""
        if query := environ.get("QUERY_STRING"):
            environ["QUERY_STRING"] = _rename_query(query, self._standard)
        response: Iterable[bytes] = self._app(environ, start_response)
        return response

    def rename_response(self, _: Request, response: Response) -> Response:
        """Give parameters in links and errors their public names."""
        # Of the successes only pages of lists have a Link header; that of a failure has no parameters.
        if response.status_code < 400 and (link := response.headers.get("Link")):
            response.headers["Link"] = _LINK_TARGET.sub(lambda match: self._rename_url(match.group()), link)
            body = orjson.loads(response.get_data())
            links = body["data"]["meta"]["pagination"]["links"]
            links.update({relation: self._rename_url(url) for relation, url in links.items() if url})
            response.set_data(orjson.dumps(body))
        elif errors := getattr(response, "field_errors", None):
            self._rename_errors(response, errors)
        return response

    def rename_document(self, document: dict[str, Any]) -> dict[str, Any]:
        """Give parameters in an OpenAPI document their public names."""
        renamed = deepcopy(document)
        operations = (operation for item in renamed["paths"].values() for operation in item.values())
        described = (operation.get("parameters", ()) for operation in operations if isinstance(operation, dict))
        for parameter in chain.from_iterable(described):
            if parameter.get("in") == "query":
                parameter["name"] = self._public.get(parameter["name"], parameter["name"])
        return renamed

    def _rename_errors(self, response: Response, errors: FieldErrors) -> None:
        renamed = FieldErrors(map(self._rename_error, errors))
        body = orjson.loads(response.get_data())
        if response.mimetype == PROBLEM:
            body["errors"] = list(renamed.as_problem_errors())
        else:
            body["data"] = renamed.messages()
        response.set_data(orjson.dumps(body))

    def _rename_error(self, error: FieldError) -> FieldError:
        if error.location != "query":
            return error
        return error._replace(path=tuple(self._public.get(name, name) for name in error.path))

    def _rename_url(self, url: str) -> str:
        path, _, query = url.partition("?")
        return f"{path}?{_rename_query(query, self._public)}"


def _rename_query(query: str, names: Mapping[str, str]) -> str:
    """Rename parameters of a query string. All other text stays the same."""
    return "&".join(_rename_pair(pair, names) for pair in query.split("&"))


def _rename_pair(pair: str, names: Mapping[str, str]) -> str:
    encoded, equals, value = pair.partition("=")
    # WSGI represents the bytes of a request as Latin-1 text.
    name = unquote_to_bytes(encoded.encode("latin-1").replace(b"+", b" ")).decode(errors="replace")
    return f"{quote_plus(names[name])}{equals}{value}" if name in names else pair
