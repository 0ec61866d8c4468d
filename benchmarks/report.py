"""What a benchmark prints: a row for each round, then the medians."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from benchmarks.load import Load
from benchmarks.table import percentile

HEAD = f"{'round':<8}{'bare/s':>9}{'same/s':>9}{'purchase/s':>12}{'/bare':>8}{'/same':>8}"


@dataclass
class Measured:
    """One kind's load in every round, with the CPU microseconds a request cost the web and everything behind it."""

    loads: list[Load] = field(default_factory=list)
    web: list[float] = field(default_factory=list)
    rest: list[float] = field(default_factory=list)

    def add(self, load: Load, web_seconds: float, rest_seconds: float) -> None:
        """Keep a round."""
        answered = load.accepted + load.refused
        self.loads.append(load)
        self.web.append(web_seconds / answered * 1e6)
        self.rest.append(rest_seconds / answered * 1e6)

    @property
    def rates(self) -> list[float]:
        """Accepted requests per second, by round."""
        return [load.per_second for load in self.loads]

    def row(self, name: str) -> str:
        """The row of the closing table."""
        times = sorted(seconds for load in self.loads for seconds in load.latencies)
        return (
            f"{name:<10}{median(self.rates):>9,.0f}{median(self.web):>12.0f}{median(self.rest):>12.0f}"
            f"{percentile(times, 50) * 1000:>10.2f}{percentile(times, 99) * 1000:>10.2f}"
            f"{sum(load.refused for load in self.loads):>10}"
        )


def round_row(number: int, measured: Mapping[str, Measured]) -> str:
    """The row of one round; 0 is the first."""
    bare, same, purchase = (measured[kind].rates[number] for kind in ("bare", "same", "purchase"))
    return f"{number + 1:<8}{bare:>9,.0f}{same:>9,.0f}{purchase:>12,.0f}{purchase / bare:>8.2f}{purchase / same:>8.2f}"


def closing(measured: Mapping[str, Measured]) -> str:
    """The medians over all rounds. A ratio is the median of the rounds' ratios, not the ratio of the medians."""
    head = f"{'median':<10}{'req/s':>9}{'web us CPU':>12}{'rest us':>12}{'p50 ms':>10}{'p99 ms':>10}{'refused':>10}"
    ratios = (f"purchase/{kind}  {_ratio(measured['purchase'], measured[kind]):.2f}" for kind in ("bare", "same"))
    return "\n".join(["", head, *(measured[kind].row(kind) for kind in measured), "", *ratios])


def _ratio(one: Measured, other: Measured) -> float:
    return median(a / b for a, b in zip(one.rates, other.rates, strict=True))
