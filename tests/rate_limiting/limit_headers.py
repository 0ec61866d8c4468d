"""What an answer says of limits."""

import re
from typing import Any, NamedTuple

_POLICY = re.compile(r'"([a-z-]+)";q=([0-9]+);w=([0-9]+)')
_STATE = re.compile(r'"([a-z-]+)";r=([0-9]+);t=([0-9]+)')


class ReportedLimit(NamedTuple):
    """One limit of an answer: its name, requests, window, what is left, and seconds until the window ends."""

    name: str
    quota: int
    window: int
    left: int
    seconds: int


# Any: werkzeug's headers, and those of http.client.
def parse_limits(headers: Any) -> list[ReportedLimit]:
    """Every limit that an answer tells of, in its order; asserts that both fields are well formed and agree."""
    policies = [_POLICY.fullmatch(item) for item in headers.get("RateLimit-Policy", "").split(", ") if item]
    states = [_STATE.fullmatch(item) for item in headers.get("RateLimit", "").split(", ") if item]
    assert all(policies), headers
    assert all(states), headers
    pairs = [(policy, state) for policy, state in zip(policies, states, strict=True) if policy and state]
    assert [policy[1] for policy, _ in pairs] == [state[1] for _, state in pairs]
    return [ReportedLimit(p[1], int(p[2]), int(p[3]), int(s[2]), int(s[3])) for p, s in pairs]


def parse_without_seconds(headers: Any) -> list[tuple[str, int, int, int]]:
    """The same without the seconds, for requests that come later than the first."""
    return [each[:4] for each in parse_limits(headers)]


def parse_names(headers: Any) -> list[str]:
    """The names of the limits that an answer tells of."""
    return [each.name for each in parse_limits(headers)]
