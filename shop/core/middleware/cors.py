"""CORS: access for pages of other origins.

Credentials are never allowed: the page itself sends a token, and no cookie authenticates a request.
"""

from dataclasses import dataclass

from flask import Request, Response
from werkzeug.exceptions import MethodNotAllowed

from shop.core.http.envelope import no_content
from shop.core.http.web_app import WebApp
from shop.core.settings.settings import Settings

ANY = "*"
# Headers that a page may read, beyond those that browsers always allow.
EXPOSED_HEADERS = (
    "Accept-Patch, Allow, ETag, Idempotency-Relayed, Idempotency-Replay, Idempotent-Replayed, Link, Location,"
    " Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, traceparent, WWW-Authenticate, X-Request-ID"
)
_ALLOWED_HEADERS = (
    "Accept-Language, Authorization, Content-Type, If-Match, If-None-Match, Prefer, traceparent, X-Request-ID,"
    " X-Tenant, X-Unique-Id"
)
_REQUEST_METHOD_HEADER = "Access-Control-Request-Method"
_MAX_AGE_SECONDS = 600


def serve_cors(app: WebApp, settings: Settings) -> None:
    """Answer preflights and add CORS headers.

    Does nothing when no origin is configured.
    """
    if settings.cors_origins:
        cors = _Cors(settings)
        app.request_hooks.append(cors.answer_preflight)
        app.response_hooks.append(cors.add_headers)


@dataclass(frozen=True)
class _Cors:
    """CORS hooks for the origins in `SHOP_CORS_ORIGINS`."""

    settings: Settings

    def answer_preflight(self, request: Request) -> Response | None:
        """Return 204 for a preflight of an existing route.

        Returns None for other requests, such as a plain OPTIONS request or an unknown path.
        """
        routing_error = request.routing_exception
        if (
            request.method != "OPTIONS"
            or _REQUEST_METHOD_HEADER not in request.headers
            or not isinstance(routing_error, MethodNotAllowed)
        ):
            return None
        response = no_content()
        if self._allowed_origin(request):
            response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(routing_error.valid_methods or ()))
            response.headers["Access-Control-Allow-Headers"] = f"{_ALLOWED_HEADERS}, {self.settings.idempotency_header}"
            response.headers["Access-Control-Max-Age"] = str(_MAX_AGE_SECONDS)
        return response

    def add_headers(self, request: Request, response: Response) -> Response:
        """Add the headers that let the page read the response."""
        if ANY in self.settings.cors_origins:
            response.headers["Access-Control-Allow-Origin"] = ANY
        else:
            # Also for refused and missing origins: a cache must not reuse the response for another origin.
            response.vary.add("Origin")
            if origin := self._allowed_origin(request):
                response.headers["Access-Control-Allow-Origin"] = origin
        if "Access-Control-Allow-Origin" in response.headers:
            response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        return response

    def _allowed_origin(self, request: Request) -> str | None:
        origin, origins = request.headers.get("Origin"), self.settings.cors_origins
        return origin if origin and (origin in origins or ANY in origins) else None
