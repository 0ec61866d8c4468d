"""Kinds of requests that take turns, so that whatever else the machine does troubles all of them: trust the ratios."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.report.outcome_table import percentile

WARM = 50
# The seconds that one request took.
Ask = Callable[[], float]


@dataclass(frozen=True)
class Turns:
    """The seconds of every request by its kind, and of each round a median held against another kind's."""

    taken: Mapping[str, list[float]]
    ratios: Mapping[str, list[float]]

    def print_times(self, width: int) -> None:
        """The medians and the slow ones."""
        print(f"{'kind':<{width}}{'p50 ms':>9}{'p99 ms':>9}")
        for name, seconds in self.taken.items():
            ordered = sorted(seconds)
            print(f"{name:<{width}}{percentile(ordered, 50) * 1000:>9.2f}{percentile(ordered, 99) * 1000:>9.2f}")
        print()


def take_turns(kinds: Mapping[str, Ask], against: Mapping[str, str], options: argparse.Namespace) -> Turns:
    """Ask in rounds; `against`: a kind -> the one that it is divided by."""
    _ask(kinds, WARM)
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    ratios: dict[str, list[float]] = {name: [] for name in against}
    for number in range(options.rounds):
        once = _ask(kinds, options.requests, backwards=bool(number % 2))
        for name, seconds in once.items():
            taken[name] += seconds
        for name, other in against.items():
            ratios[name].append(median(once[name]) / median(once[other]))
    return Turns(taken, ratios)


def options(says: str | None, rounds: int) -> argparse.Namespace:
    """How many rounds and requests, as the command line says."""
    parser = argparse.ArgumentParser(description=says)
    parser.add_argument("--rounds", type=int, default=rounds, help="how often to measure")
    parser.add_argument("--requests", type=int, default=200, help="requests of each kind in a round")
    return parser.parse_args()


def _ask(kinds: Mapping[str, Ask], count: int, *, backwards: bool = False) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    # One request of each in turn: they share whatever else the machine does in this moment.
    for _ in range(count):
        for name in list(kinds)[:: -1 if backwards else 1]:
            taken[name].append(kinds[name]())
    return taken
