"""The report of the architecture at /architecture, for those who work on the code."""

from collections.abc import Callable
from functools import cache

from flask import Flask, Response

from shop.core.http.envelope import fail
from shop.core.settings.settings import Settings


def serve_architecture_page(app: Flask, settings: Settings, build: Callable[[], str | None]) -> None:
    """Serve what `build` makes, at its first request; nothing in production, nor where `build` has nothing."""
    if settings.production:
        return
    page = cache(build)

    @app.get("/architecture")
    def architecture() -> Response:
        html = page()
        if html is None:
            fail(code=404)
        # The page brings its own policy; this word alone is heard from a header only.
        return Response(html, mimetype="text/html", headers={"Content-Security-Policy": "frame-ancestors 'none'"})
