"""Architecture report at /architecture, for developers."""

from collections.abc import Callable
from functools import cache

from flask import Flask, Response

from shop.core.http.envelope import fail
from shop.core.settings.settings import Settings


def serve_architecture_page(app: Flask, settings: Settings, build: Callable[[], str | None]) -> None:
    """Serve the page that `build` returns, built at its first request.

    The route does not exist in production. It answers 404 when `build` returns None.
    """
    if settings.production:
        return
    page = cache(build)

    @app.get("/architecture")
    def architecture() -> Response:
        html = page()
        if html is None:
            fail(code=404)
        # The page contains its own policy, but browsers take this directive from a header only.
        return Response(html, mimetype="text/html", headers={"Content-Security-Policy": "frame-ancestors 'none'"})
