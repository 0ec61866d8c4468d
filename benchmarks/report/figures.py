"""What the rounds showed, as numbers: medians over rounds, and ratios within rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.load.load_generator import BUSY, Load
from benchmarks.load.scenario_runner import Turn
from benchmarks.report.outcome_table import percentile
from benchmarks.report.purchase_profile import Inside

# Instead of a part: all of them together.
ALL = "all"
Turns = Mapping[str, Sequence[Turn]]


@dataclass(frozen=True)
class Findings:
    """Everything a run found; `load`: how many processes wanted a core before it."""

    turns: Turns
    crowds: Mapping[str, Load]
    inside: Inside | None
    database: str
    load: float = 0.0


@dataclass(frozen=True)
class Goal:
    """A number to reach, and the one that was found; `by_cpu`: the same ratio, of processor times."""

    says: str
    found: float
    wanted: float
    unit: str = ""
    at_most: bool = False
    rounds: Sequence[float] = ()
    by_cpu: float | None = None

    @property
    def met(self) -> bool:
        """Whether it was reached."""
        return self.found <= self.wanted if self.at_most else self.found >= self.wanted

    @property
    def row(self) -> tuple[str, ...]:
        """As text."""
        sign = "at most" if self.at_most else "at least"
        return (
            self.says,
            f"{self.found:.2f}{self.unit}",
            f"{sign} {self.wanted:g}{self.unit}",
            "yes" if self.met else "no",
            f"{min(self.rounds):.2f} to {max(self.rounds):.2f}" if self.rounds else "",
            "" if self.by_cpu is None else f"{self.by_cpu:.2f}",
        )


def rate(turn: Turn) -> float:
    """Accepted purchases per second of a turn."""
    return turn.load.accepted / turn.load.seconds


def refusal_rate(turn: Turn) -> float:
    """Refusals per second of a turn."""
    return turn.load.refused / turn.load.seconds


def drain_rate(turn: Turn) -> float:
    """Orders written per second of those that waited when the turn ended."""
    return turn.load.accepted / max(turn.drained, 0.001)


def ratio(turns: Turns, one: str, other: str) -> float:
    """The median over the rounds of what one kind sold by what the other sold: not the ratio of the medians."""
    return median(ratios(turns, one, other))


def ratios(turns: Turns, one: str, other: str) -> list[float]:
    """What one kind sold by what the other sold, by round."""
    return [rate(a) / rate(b) for a, b in zip(turns[one], turns[other], strict=True)]


def milliseconds(turns: Sequence[Turn], percent: float, of: str = "latencies") -> float:
    """The median over the rounds of a percentile; `of` names a list of the load, or `waits`."""
    lists = [turn.waits if of == "waits" else getattr(turn.load, of) for turn in turns]
    return median(percentile(sorted(values), percent) for values in lists) * 1000


def cpu(turns: Sequence[Turn], part: str) -> float:
    """Microseconds of processor time that a request cost a part; the median over the rounds."""
    spent = [sum(turn.cpu.values()) if part == ALL else turn.cpu.get(part, 0.0) for turn in turns]
    return median(seconds / max(turn.load.answered, 1) for seconds, turn in zip(spent, turns, strict=True)) * 1e6


def goals(findings: Findings) -> list[Goal]:
    """What was wanted and what was found, of what this run measured."""
    turns, found = findings.turns, []
    for other, wanted in (("lock", 5.0), ("db", 5.0), ("same", 0.8), ("raw", 0.3)):
        if "script" in turns and other in turns:
            by_cpu = cpu(turns[other], ALL) / (cpu(turns["script"], ALL) or 1.0)
            rounds = ratios(turns, "script", other)
            found.append(Goal(f"script / {other}, one hot item", median(rounds), wanted, rounds=rounds, by_cpu=by_cpu))
    if "backlog" in turns:
        drains = [drain_rate(turn) / rate(turn) for turn in turns["backlog"]]
        found.append(Goal("drain / acceptance", median(drains), 3.0, rounds=drains))
    if (quiet := turns.get("script at 300/s")) and all(turn.waits for turn in quiet):
        waited = milliseconds(quiet, 99, "waits")
        found.append(Goal("acknowledgement to row at 300/s, p99", waited, 250, " ms", at_most=True))
    if inside := findings.inside:
        found.append(Goal("SQL statements of a purchase", inside.statements, 0, at_most=True))
        found.append(Goal("Redis round trips of a purchase", inside.round_trips, 1, at_most=True))
    return found


def crowd_row(name: str, load: Load) -> tuple[str, ...]:
    """What became of a crowd of buyers."""
    busy, others = load.statuses[BUSY], load.refused - load.statuses[BUSY]
    slowest = max([*load.latencies, *load.refusals], default=0.0)
    return name, str(load.accepted), str(busy), str(others), f"{slowest * 1000:,.0f}"
