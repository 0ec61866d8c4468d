"""What a route says of limits, in one line beside it, and how answers tell of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from shop.core.rate_limiting.quota import Bucket, QuotaState

F = TypeVar("F", bound=Callable[..., Any])

# draft-ietf-httpapi-ratelimit-headers: lists of strings with parameters (RFC 9651).
POLICY_HEADER, STATE_HEADER = "RateLimit-Policy", "RateLimit"
RATE_LIMIT_HEADERS = {
    POLICY_HEADER: {
        "description": "The limits this request counts in: `q` requests in `w` seconds.",
        "schema": {"type": "string", "maxLength": 500, "example": '"default";q=1000;w=60'},
    },
    STATE_HEADER: {
        "description": "What is left in each: `r` requests, until the window ends in `t` seconds.",
        "schema": {"type": "string", "maxLength": 500, "example": '"default";r=999;t=60'},
    },
}
# Seconds: the longest window that a setting can name.
RETRY_AFTER_MAX = 99_999 * 86_400


@dataclass(frozen=True)
class RouteLimit:
    """How a route is limited. `by_address`: whoever is signed in. `inside`: the route counts what is pending itself."""

    bucket: Bucket
    by_address: bool = False
    deferred: bool = False


DEFAULT_LIMIT = RouteLimit(Bucket.DEFAULT)


def rate_limit(bucket: Bucket, *, by_address: bool = False, deferred: bool = False) -> Callable[[F], F]:
    """Say in which budget a method counts, instead of the default one."""

    def decorator(view: F) -> F:
        view.__route_limit__ = RouteLimit(bucket, by_address, deferred)  # type: ignore[attr-defined]  # a mark, carried upwards by functools.wraps
        return view

    return decorator


def get_route_limit(controller: object, verb: str) -> RouteLimit:
    """What a Controller says of a verb."""
    name = "get" if verb == "HEAD" else verb.lower()
    declared: RouteLimit = getattr(getattr(type(controller), name, None), "__route_limit__", DEFAULT_LIMIT)
    return declared


def describe_rate_limits(operation: dict[str, Any]) -> None:
    """Add the fields to the answers of an operation of the OpenAPI document."""
    for answer in operation["responses"].values():
        if isinstance(answer, dict):
            answer["headers"] = {**answer.get("headers", {}), **RATE_LIMIT_HEADERS}


def format_rate_limit_headers(states: Iterable[QuotaState]) -> dict[str, str]:
    """The fields of an answer, the tightest limit first."""
    tightest = sorted(states, key=lambda standing: standing.remaining)
    said = [(f'"{quota.bucket}"', quota.rate, left, seconds) for quota, left, seconds, _ in tightest]
    if not said:
        return {}
    return {
        POLICY_HEADER: ", ".join(f"{name};q={rate.requests};w={rate.seconds}" for name, rate, _, _ in said),
        STATE_HEADER: ", ".join(f"{name};r={left};t={seconds}" for name, _, left, seconds in said),
    }
