"""Interleaved rounds of requests.

Requests of all kinds alternate, so that other load on the machine slows all of them: trust the ratios.
"""

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")
WARM_UP_REQUESTS = 50
# Sends a request, and returns its seconds.
TimedCall = Callable[[], float]
Calls = Mapping[str, TimedCall]
OPTIONS = {"requests": (200, "requests of each kind in a round")}


@dataclass(frozen=True)
class RoundResults:
    """Seconds of requests by kind, and ratios of medians by round."""

    seconds: Mapping[str, list[float]]
    ratios: Mapping[str, list[float]]


def run_rounds(
    calls: Mapping[str, TimedCall], baselines: Mapping[str, str], options: argparse.Namespace
) -> RoundResults:
    """Call all kinds in rounds.

    `baselines` maps a kind to the one that its median is divided by.
    """
    _run_round(list(calls.items()), WARM_UP_REQUESTS)
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    ratios: dict[str, list[float]] = {name: [] for name in baselines}
    for number in range(options.rounds):
        one_round = _run_round(order_round(calls.items(), number), options.requests)
        for name, values in one_round.items():
            seconds[name] += values
        for name, baseline in baselines.items():
            ratios[name].append(median(one_round[name]) / median(one_round[baseline]))
    return RoundResults(seconds, ratios)


def order_round(entries: Iterable[T], number: int) -> list[T]:
    """Return the entries in the order of a round.

    Every other round is reversed, so that no entry gains from being the first one.
    """
    return list(entries)[:: -1 if number % 2 else 1]


def _run_round(calls: list[tuple[str, TimedCall]], count: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name, _ in calls}
    for _ in range(count):
        for name, call in calls:
            seconds[name].append(call())
    return seconds
