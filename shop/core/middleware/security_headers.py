"""Security headers of all responses."""

from functools import partial

from flask import Flask, Response

from shop.core.settings.settings import Settings

# A data response loads nothing and must not be framed. Pages set a policy of their own.
_DEFAULT_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def add_security_headers(app: Flask, settings: Settings) -> None:
    """Add the headers to all responses that do not have them yet.

    Must be called before hooks that create responses.
    """
    headers = dict(_DEFAULT_HEADERS) if settings.security_headers else {}
    if settings.hsts_seconds:
        headers["Strict-Transport-Security"] = f"max-age={settings.hsts_seconds}"
    app.after_request(partial(_set_headers, headers))


def _set_headers(headers: dict[str, str], response: Response) -> Response:
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response
