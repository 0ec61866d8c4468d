"""Settings of idempotency keys."""

import re
from dataclasses import dataclass

from shop.core.settings.loader import at_least, setting

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_WRITING_VERBS = {"POST", "PUT", "PATCH", "DELETE"}


def _is_token(text: str) -> bool:
    return bool(_TOKEN.fullmatch(text))


def _are_writing_verbs(verbs: tuple[str, ...]) -> bool:
    return bool(verbs) and {verb.upper() for verb in verbs} <= _WRITING_VERBS


@dataclass(frozen=True, kw_only=True)
class IdempotencySettings:
    """Protected requests, the life of a key, and the handling of duplicates."""

    idempotency_header: str = setting("Idempotency-Key", "header that carries the key", check=_is_token)
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
