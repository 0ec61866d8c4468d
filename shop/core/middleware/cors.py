"""CORS: which pages of other origins may call, from their visitors' browsers.

Never with credentials: who calls is told by a token that the page itself holds, and no cookie signs anybody in.
"""

from dataclasses import dataclass

from flask import Flask, Response, request
from werkzeug.exceptions import MethodNotAllowed

from shop.core.http.envelope import no_content
from shop.core.settings.settings import Settings

ANY = "*"
# What a page may read beside what browsers let it read anyhow.
EXPOSED_HEADERS = (
    "Allow, ETag, Idempotency-Relayed, Idempotency-Replay, Idempotent-Replayed, Link, Location, RateLimit,"
    " RateLimit-Policy, Retry-After, traceparent, WWW-Authenticate, X-Request-ID"
)
_ALLOWED_HEADERS = (
    "Accept-Language, Authorization, Content-Type, If-Match, If-None-Match, Prefer, traceparent, X-Request-ID, X-Tenant"
)
_REQUEST_METHOD_HEADER = "Access-Control-Request-Method"
_MAX_AGE_SECONDS = 600


def serve_cors(app: Flask, settings: Settings) -> None:
    """Answer preflights, and tell browsers who may read; without a setting, nothing of it."""
    if settings.cors_origins:
        door = _Cors(settings)
        app.before_request(door.answer_preflight)
        app.after_request(door.add_headers)


@dataclass(frozen=True)
class _Cors:
    """Lets in whom `SHOP_CORS_ORIGINS` names."""

    settings: Settings

    def answer_preflight(self) -> Response | None:
        """204 for a route that is there; a wrong path and whoever only asks OPTIONS are answered as everywhere."""
        missed = request.routing_exception
        if (
            request.method != "OPTIONS"
            or _REQUEST_METHOD_HEADER not in request.headers
            or not isinstance(missed, MethodNotAllowed)
        ):
            return None
        answer = no_content()
        if self._allowed_origin():
            answer.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(missed.valid_methods or ()))
            answer.headers["Access-Control-Allow-Headers"] = f"{_ALLOWED_HEADERS}, {self.settings.idempotency_header}"
            answer.headers["Access-Control-Max-Age"] = str(_MAX_AGE_SECONDS)
        return answer

    def add_headers(self, answer: Response) -> Response:
        """Say to the browser whether the page may read the answer."""
        if ANY in self.settings.cors_origins:
            answer.headers["Access-Control-Allow-Origin"] = ANY
        else:
            # Also to those who are refused or name no origin: a cache must not give their answer to others.
            answer.vary.add("Origin")
            if origin := self._allowed_origin():
                answer.headers["Access-Control-Allow-Origin"] = origin
        if "Access-Control-Allow-Origin" in answer.headers:
            answer.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        return answer

    def _allowed_origin(self) -> str | None:
        origin, origins = request.headers.get("Origin"), self.settings.cors_origins
        return origin if origin and (origin in origins or ANY in origins) else None
