"""Goals of the purchase benchmark."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.report.figures import ALL, Runs, compute_cpu, compute_milliseconds, compute_ratios
from benchmarks.report.findings import Findings
from benchmarks.report.purchase_profile import PurchaseProfile

# Baseline -> the ratio that `script` has to reach.
RATIOS_WANTED = {"lock": 5.0, "db": 5.0, "same": 0.8, "raw": 0.3, "plain": 0.42}
# Read -> the part of the rate of `plain` that it has to reach.
READS_WANTED = {"item": 0.5, "list": 0.3}
# Scenario, baseline and part -> at most this ratio of CPU times.
CPU_WANTED = {("script", "plain", "web"): 1.9, ("same", "bare", "web"): 1.2}
# Scenario and part -> at most so many CPU microseconds, which other machines may need more of.
MICROSECONDS_WANTED = {
    ("script", "web"): 250,
    ("script", ALL): 450,
    ("backlog", "worker"): 33,
    ("script", "worker"): 70,
}


@dataclass(frozen=True)
class Goal:
    """Wanted number and measured number.

    `by_cpu` is the same ratio by CPU time.
    """

    description: str
    measured: float
    wanted: float
    unit: str = ""
    at_most: bool = False
    rounds: Sequence[float] = ()
    by_cpu: float | None = None

    @property
    def is_reached(self) -> bool:
        """True when the found number is as good as the wanted one."""
        return self.measured <= self.wanted if self.at_most else self.measured >= self.wanted

    @property
    def row(self) -> tuple[str, ...]:
        """Row of the table of goals."""
        sign = "at most" if self.at_most else "at least"
        return (
            self.description,
            f"{self.measured:.2f}{self.unit}",
            f"{sign} {self.wanted:g}{self.unit}",
            "yes" if self.is_reached else "no",
            f"{min(self.rounds):.2f} to {max(self.rounds):.2f}" if self.rounds else "",
            "" if self.by_cpu is None else f"{self.by_cpu:.2f}",
        )


def evaluate_goals(findings: Findings) -> list[Goal]:
    """Return the goals that this run measured."""
    profile = _evaluate_profile(findings.profile) if findings.profile else ()
    runs = findings.runs
    return [*_evaluate_ratios(runs), *_evaluate_reads(runs), *_evaluate_cpu(runs), *_evaluate_writing(runs), *profile]


def _evaluate_ratios(runs: Runs) -> Iterator[Goal]:
    for baseline, wanted in RATIOS_WANTED.items():
        if "script" in runs and baseline in runs:
            by_cpu = compute_cpu(runs[baseline], ALL) / (compute_cpu(runs["script"], ALL) or 1.0)
            rounds = compute_ratios(runs, "script", baseline)
            description = f"script / {baseline}, one hot item"
            yield Goal(description, median(rounds), wanted, rounds=rounds, by_cpu=by_cpu)


def _evaluate_reads(runs: Runs) -> Iterator[Goal]:
    for name, wanted in READS_WANTED.items():
        if name in runs and "plain" in runs:
            rounds = compute_ratios(runs, name, "plain")
            by_cpu = compute_cpu(runs["plain"], ALL) / (compute_cpu(runs[name], ALL) or 1.0)
            yield Goal(f"{name} / plain", median(rounds), wanted, rounds=rounds, by_cpu=by_cpu)


def _evaluate_cpu(runs: Runs) -> Iterator[Goal]:
    for (name, baseline, part), wanted in CPU_WANTED.items():
        if name in runs and baseline in runs:
            rounds = [
                compute_cpu([one], part) / (compute_cpu([other], part) or 1.0)
                for one, other in zip(runs[name], runs[baseline], strict=True)
            ]
            yield Goal(f"{part} us, {name} / {baseline}", median(rounds), wanted, at_most=True, rounds=rounds)
    for (name, part), wanted in MICROSECONDS_WANTED.items():
        if name in runs:
            rounds = [compute_cpu([run], part) for run in runs[name]]
            yield Goal(f"{part} us of {name}", median(rounds), wanted, " us", at_most=True, rounds=rounds)


def _evaluate_writing(runs: Runs) -> Iterator[Goal]:
    if "backlog" in runs:
        rounds = [run.drain_rate / run.accepted_rate for run in runs["backlog"]]
        yield Goal("drain / acceptance", median(rounds), 3.0, rounds=rounds)
    if (quiet := runs.get("script at 300/s")) and all(run.write_delays for run in quiet):
        delay = compute_milliseconds(quiet, 99, "write_delays")
        yield Goal("acknowledgement to row at 300/s, p99", delay, 250, " ms", at_most=True)


def _evaluate_profile(profile: PurchaseProfile) -> Iterator[Goal]:
    yield Goal("SQL statements of a purchase", profile.statements, 0, at_most=True)
    yield Goal("Redis round trips of a purchase", profile.round_trips, 1, at_most=True)
