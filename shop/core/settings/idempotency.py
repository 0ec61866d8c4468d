"""Settings of idempotency keys."""

import re
from dataclasses import dataclass

from shop.core.settings.loader import at_least, setting

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_WRITING_VERBS = {"POST", "PUT", "PATCH", "DELETE"}


# Headers with a meaning of their own, for HTTP, proxies or this service. In WSGI `_` and `-` are one character.
_TAKEN_HEADERS = {
    "age", "allow", "alt-svc", "authorization", "baggage", "cache-control", "connection", "cookie", "date", "dnt",
    "etag", "expect", "expires", "forwarded", "from", "host", "http2-settings", "idempotency-relayed",
    "idempotency-replay", "idempotent-replayed", "keep-alive", "last-modified", "link", "location", "max-forwards",
    "origin", "pragma", "prefer", "preference-applied", "priority", "range", "referer", "retry-after", "server",
    "set-cookie", "strict-transport-security", "te", "traceparent", "tracestate", "trailer", "transfer-encoding",
    "upgrade", "upgrade-insecure-requests", "user-agent", "vary", "via", "warning", "www-authenticate",
    "x-correlation-id", "x-http-method", "x-http-method-override", "x-method-override", "x-real-ip", "x-request-id",
    "x-tenant", "x-unique-id",
}  # fmt: skip
_TAKEN_PREFIXES = (
    "accept", "access-control-", "content-", "if-", "proxy-", "ratelimit", "sec-", "x-forwarded-", "x-ratelimit",
)  # fmt: skip


def is_free_header(text: str) -> bool:
    """Return True for a header name without a meaning."""
    name = text.lower().replace("_", "-")
    return bool(_TOKEN.fullmatch(text)) and name not in _TAKEN_HEADERS and not name.startswith(_TAKEN_PREFIXES)


def _are_writing_verbs(verbs: tuple[str, ...]) -> bool:
    return bool(verbs) and {verb.upper() for verb in verbs} <= _WRITING_VERBS


@dataclass(frozen=True, kw_only=True)
class IdempotencySettings:
    """Protected requests, the life of a key, and the handling of duplicates."""

    idempotency_header: str = setting(
        "Idempotency-Key",
        "header that carries the key: letters, digits and hyphens, and none that has a meaning already",
        check=is_free_header,
    )
    idempotency_required: bool = setting(default=True, description="refuse a protected write without a key")
    idempotency_verbs: tuple[str, ...] = setting(
        ("POST", "PUT", "PATCH", "DELETE"), "verbs that are protected, in upper or lower case", check=_are_writing_verbs
    )
    idempotency_enforce: str = setting(
        "all",
        "all: every write; declared: those whose route or blueprint declares it",
        check=("all", "declared").__contains__,
    )
    idempotency_ttl: int = setting(86_400, "seconds a response is kept", check=at_least(1))
    idempotency_on_duplicate: str = setting(
        "replay", "replay the kept response, or answer with an error", check=("replay", "error").__contains__
    )
    idempotency_wait_seconds: float = setting(
        2.0, "0 to 10 seconds a second request waits for the first", check=lambda value: 0 <= value <= 10
    )
    idempotency_lease_seconds: float = setting(
        15.0,
        "seconds until another request may take over a dead one; longer than web_stop_seconds",
        check=at_least(1),
    )
    idempotency_scope_resolver: str = setting(
        "", "module:function(request, principal) that returns the scope of a key; empty, or None returned: the user"
    )
