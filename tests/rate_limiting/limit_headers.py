"""Parser of the rate limit headers of a response."""

import re
from typing import Any, NamedTuple

_POLICY = re.compile(r'"([a-z-]+)";q=([0-9]+);w=([0-9]+)')
_STATE = re.compile(r'"([a-z-]+)";r=([0-9]+);t=([0-9]+)')


class ReportedLimit(NamedTuple):
    """One limit in a response.

    `quota` requests in `window` seconds; `left` requests for `seconds` seconds.
    """

    name: str
    quota: int
    window: int
    left: int
    seconds: int


# Any: headers of werkzeug or of http.client.
def parse_limits(headers: Any) -> list[ReportedLimit]:
    """Return the limits of a response, in their order.

    Asserts that both headers are well formed and name the same limits.
    """
    policies = [_POLICY.fullmatch(item) for item in headers.get("RateLimit-Policy", "").split(", ") if item]
    states = [_STATE.fullmatch(item) for item in headers.get("RateLimit", "").split(", ") if item]
    assert all(policies), headers
    assert all(states), headers
    pairs = [(policy, state) for policy, state in zip(policies, states, strict=True) if policy and state]
    assert [policy[1] for policy, _ in pairs] == [state[1] for _, state in pairs]
    return [ReportedLimit(p[1], int(p[2]), int(p[3]), int(s[2]), int(s[3])) for p, s in pairs]


def parse_without_seconds(headers: Any) -> list[tuple[str, int, int, int]]:
    """Return the limits without the seconds, which depend on the clock."""
    return [limit[:4] for limit in parse_limits(headers)]


def parse_names(headers: Any) -> list[str]:
    """Return the names of the limits of a response."""
    return [limit.name for limit in parse_limits(headers)]
