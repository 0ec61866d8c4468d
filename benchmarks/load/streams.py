"""Streams of requests of a scenario, one for each connection."""

from collections.abc import Iterator, Sequence
from itertools import cycle

from benchmarks.load.connection import build_get, build_post, repeat_with_new_keys
from benchmarks.load.scenarios import PURCHASE_BODY, Scenario


def build_streams(scenario: Scenario, items: Sequence[int], tokens: Sequence[str]) -> list[Iterator[bytes]]:
    """Build a stream without end for each token."""
    paths = [scenario.path.format(item_id) for item_id in items]
    return [_build_stream(scenario, paths, number % len(paths), token) for number, token in enumerate(tokens)]


def _build_stream(scenario: Scenario, paths: Sequence[str], first: int, token: str) -> Iterator[bytes]:
    # Each connection begins at another item.
    ordered = [*paths[first:], *paths[:first]]
    if scenario.reads:
        return cycle([build_get(path, token) for path in ordered])
    requests = [build_post(path, token, PURCHASE_BODY) for path in ordered]
    return repeat_with_new_keys(requests[0]) if scenario.with_keys else cycle(requests)
