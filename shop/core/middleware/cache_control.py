"""Hook that sets Cache-Control of the API's responses."""

from functools import partial
from typing import Any

from flask import Flask, Response, current_app, request

from shop.core.openapi.cache_control import NO_STORE, PERSONAL, get_cache_control


def serve_cache_control(app: Flask, prefix: str) -> None:
    """Add the header to all responses below the prefix, failures included.

    Must be called before hooks that create responses.
    """
    app.after_request(partial(_set_cache_control, prefix))


def _set_cache_control(prefix: str, response: Response) -> Response:
    if f"{request.path}/".startswith(f"{prefix}/"):
        declared = get_cache_control(_find_method())
        if declared == NO_STORE:
            # For caches of HTTP/1.0, as RFC 6749 requires.
            response.headers["Pragma"] = "no-cache"
        elif response.status_code >= 400:
            declared = PERSONAL
        response.headers.setdefault("Cache-Control", declared)
    return response


def _find_method() -> Any:
    controller = getattr(current_app.view_functions.get(request.endpoint or ""), "__self__", None)
    name = "get" if request.method == "HEAD" else request.method.lower()
    return getattr(type(controller), name, None)
