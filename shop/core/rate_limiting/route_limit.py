"""Rate limit of a route, and its response headers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from shop.core.rate_limiting.quota import Bucket, QuotaState

F = TypeVar("F", bound=Callable[..., Any])

# draft-ietf-httpapi-ratelimit-headers: lists of strings with parameters (RFC 9651).
POLICY_HEADER, STATE_HEADER = "RateLimit-Policy", "RateLimit"
_LIMIT = r'"[a-z-]+"(;[a-z]+=[0-9]+)+'
_LIMITS = f"^{_LIMIT}(, {_LIMIT})*$"
RATE_LIMIT_HEADERS = {
    POLICY_HEADER: {
        "description": "The limits this request counts in: `q` requests in `w` seconds.",
        "schema": {"type": "string", "maxLength": 500, "pattern": _LIMITS, "example": '"default";q=1000;w=60'},
    },
    STATE_HEADER: {
        "description": "What is left of each limit: `r` requests, until the window ends in `t` seconds.",
        "schema": {"type": "string", "maxLength": 500, "pattern": _LIMITS, "example": '"default";r=999;t=60'},
    },
}
# Seconds: the longest window that a setting can name.
RETRY_AFTER_MAX = 99_999 * 86_400


@dataclass(frozen=True)
class RouteLimit:
    """Rate limit of a route."""

    bucket: Bucket
    # True: count by client address, also for signed-in users.
    by_address: bool = False
    # True: the route counts the request itself, in a script that it runs anyway.
    deferred: bool = False


DEFAULT_LIMIT = RouteLimit(Bucket.DEFAULT)


def rate_limit(bucket: Bucket, *, by_address: bool = False, deferred: bool = False) -> Callable[[F], F]:
    """Declare the bucket of a method, in place of the default bucket."""

    def decorator(view: F) -> F:
        view.__route_limit__ = RouteLimit(bucket, by_address, deferred)  # type: ignore[attr-defined]  # an attribute, which functools.wraps copies
        return view

    return decorator


def get_route_limit(controller: object, verb: str) -> RouteLimit:
    """Return the rate limit of a Controller's method."""
    name = "get" if verb == "HEAD" else verb.lower()
    declared: RouteLimit = getattr(getattr(type(controller), name, None), "__route_limit__", DEFAULT_LIMIT)
    return declared


def describe_rate_limits(operation: dict[str, Any]) -> None:
    """Add the rate limit headers to the responses of an OpenAPI operation."""
    for response in operation["responses"].values():
        if isinstance(response, dict):
            response["headers"] = {**response.get("headers", {}), **RATE_LIMIT_HEADERS}


def format_rate_limit_headers(states: Iterable[QuotaState]) -> dict[str, str]:
    """Format the rate limit headers, the tightest limit first.

    Returns an empty dict when the request was not counted.
    """
    tightest = sorted(states, key=lambda state: state.remaining)
    limits = [(f'"{quota.bucket}"', quota.rate, left, seconds) for quota, left, seconds, _ in tightest]
    if not limits:
        return {}
    return {
        POLICY_HEADER: ", ".join(f"{name};q={rate.requests};w={rate.seconds}" for name, rate, _, _ in limits),
        STATE_HEADER: ", ".join(f"{name};r={left};t={seconds}" for name, _, left, seconds in limits),
    }
