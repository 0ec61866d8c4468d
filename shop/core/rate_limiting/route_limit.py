"""What a route says of limits, in one line beside it, and how answers tell of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from shop.core.rate_limiting.quota import Budget, Standing

F = TypeVar("F", bound=Callable[..., Any])

# draft-ietf-httpapi-ratelimit-headers: lists of strings with parameters (RFC 9651).
POLICY, STATE = "RateLimit-Policy", "RateLimit"
FIELDS = {
    POLICY: {
        "description": "The limits this request counts in: `q` requests in `w` seconds.",
        "schema": {"type": "string", "maxLength": 500, "example": '"default";q=1000;w=60'},
    },
    STATE: {
        "description": "What is left in each: `r` requests, until the window ends in `t` seconds.",
        "schema": {"type": "string", "maxLength": 500, "example": '"default";r=999;t=60'},
    },
}
# Seconds: the longest window that a setting can name.
RETRY_MAX = 99_999 * 86_400


@dataclass(frozen=True)
class Limited:
    """How a route is limited. `by_address`: whoever is signed in. `inside`: the route counts what is pending itself."""

    budget: Budget
    by_address: bool = False
    inside: bool = False


DEFAULT = Limited(Budget.DEFAULT)


def limited(budget: Budget, *, by_address: bool = False, inside: bool = False) -> Callable[[F], F]:
    """Say in which budget a method counts, instead of the default one."""

    def decorator(view: F) -> F:
        view.__limited__ = Limited(budget, by_address, inside)  # type: ignore[attr-defined]  # a mark, carried upwards by functools.wraps
        return view

    return decorator


def limit_of(controller: object, verb: str) -> Limited:
    """What a Controller says of a verb."""
    name = "get" if verb == "HEAD" else verb.lower()
    declared: Limited = getattr(getattr(type(controller), name, None), "__limited__", DEFAULT)
    return declared


def describe_limits(operation: dict[str, Any]) -> None:
    """Add the fields to the answers of an operation of the OpenAPI document."""
    for answer in operation["responses"].values():
        if isinstance(answer, dict):
            answer["headers"] = {**answer.get("headers", {}), **FIELDS}


def fields_of(standings: Iterable[Standing]) -> dict[str, str]:
    """The fields of an answer, the tightest limit first."""
    tightest = sorted(standings, key=lambda standing: standing.remaining)
    said = [(f'"{quota.budget}"', quota.rate, left, seconds) for quota, left, seconds, _ in tightest]
    if not said:
        return {}
    return {
        POLICY: ", ".join(f"{name};q={rate.most};w={rate.seconds}" for name, rate, _, _ in said),
        STATE: ", ".join(f"{name};r={left};t={seconds}" for name, _, left, seconds in said),
    }
