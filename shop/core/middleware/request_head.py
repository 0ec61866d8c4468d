"""Checks of host and method, and responses to OPTIONS."""

import re
from collections.abc import Iterable

from flask import Request, Response
from flask.globals import request_ctx
from werkzeug.exceptions import MethodNotAllowed

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.envelope import no_content
from shop.core.http.web_app import WebApp

_OPTIONS = "OPTIONS"
# One host and an optional port (RFC 9112, 3.2). A comma would be the second of two fields, which WSGI joins.
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%!$&'()*+;=-]+)(:[0-9]{0,5})?")
_WITHOUT_HOST = frozenset({"HTTP/0.9", "HTTP/1", "HTTP/1.0"})


def serve_head_checks(app: WebApp) -> None:
    """Refuse requests with an invalid host, or a method in lower case.

    Must be called before hooks that answer or count requests.
    """
    app.request_hooks += [_check_host, _check_method]


def serve_options(app: WebApp) -> None:
    """Answer OPTIONS of every route with its methods.

    Must be called after the hooks that count requests and answer CORS preflights.
    """
    app.request_hooks.append(_answer_options)


def _check_host(request: Request) -> None:
    environ = request.environ
    host = environ.get("HTTP_HOST", "")
    if not host and environ.get("SERVER_PROTOCOL") in _WITHOUT_HOST:
        return
    if not _HOST.fullmatch(host):
        raise ShopError(CoreExceptionCode.HOST_FORMAT)


def _check_method(request: Request) -> None:
    # werkzeug converts methods to upper case, but they are case-sensitive (RFC 9110, 9.1): `post` is not POST.
    if request.environ["REQUEST_METHOD"] != request.method and request.routing_exception is None:
        adapter = request_ctx.url_adapter
        raise MethodNotAllowed(_with_options(adapter.allowed_methods() if adapter else ()))


def _answer_options(request: Request) -> Response | None:
    error = request.routing_exception
    if not isinstance(error, MethodNotAllowed):
        return None
    # Flask raises it after this hook, for all other methods.
    error.valid_methods = _with_options(error.valid_methods or ())
    if request.environ["REQUEST_METHOD"] != _OPTIONS:
        return None
    response = no_content()
    response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def _with_options(methods: Iterable[str]) -> list[str]:
    return sorted({*methods, _OPTIONS})
