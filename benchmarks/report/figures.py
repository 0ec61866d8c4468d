"""Figures of scenario runs: medians over rounds, and ratios within rounds."""

from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.load.scenario_runner import ScenarioRun

# Name of all parts together.
ALL = "all"
# Scenario -> its runs, one for each round.
Runs = Mapping[str, Sequence[ScenarioRun]]


def compute_percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that a percentage of all values does not exceed.

    Returns 0 when there are no values.
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


def compute_ratios(runs: Runs, scenario: str, baseline: str) -> list[float]:
    """Return the ratio of accepted purchases of two scenarios, by round."""
    pairs = zip(runs[scenario], runs[baseline], strict=True)
    return [one.accepted_rate / other.accepted_rate for one, other in pairs]


def compute_ratio(runs: Runs, scenario: str, baseline: str) -> float:
    """Return the median of the ratios by round."""
    return median(compute_ratios(runs, scenario, baseline))


def compute_milliseconds(runs: Sequence[ScenarioRun], percent: float, series: str = "latencies") -> float:
    """Return the median over the rounds of a percentile, in milliseconds.

    `series` names a list of the load, or `write_delays`.
    """
    lists = [run.write_delays if series == "write_delays" else getattr(run.load, series) for run in runs]
    return median(compute_percentile(values, percent) for values in lists) * 1000


def compute_cpu(runs: Sequence[ScenarioRun], part: str) -> float:
    """Return the CPU microseconds of a part per response, median over rounds."""
    spent = [sum(run.cpu.values()) if part == ALL else run.cpu.get(part, 0.0) for run in runs]
    return median(seconds / max(run.load.answered, 1) for seconds, run in zip(spent, runs, strict=True)) * 1e6
