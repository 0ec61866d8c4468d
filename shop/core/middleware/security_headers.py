"""Security headers of all responses."""

from shop.core.middleware.default_headers import Header, Source
from shop.core.settings.settings import Settings

# A data response loads nothing and must not be framed. Pages set a policy of their own.
_HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


def security_headers(settings: Settings) -> Source:
    """Return the source of the headers that the settings ask for."""
    hsts: Header = ("Strict-Transport-Security", f"max-age={settings.hsts_seconds}")
    headers = (*(_HEADERS if settings.security_headers else ()), *((hsts,) if settings.hsts_seconds else ()))
    return lambda *_: headers
