"""A small table of outcomes: redrawn in place on a terminal, printed once anywhere else."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.load.http_client import Answer

REDRAWS_PER_SECOND = 10


@dataclass
class Outcomes:
    """What the buyers were told so far; several threads add to it."""

    rows: Sequence[str]
    answers: list[Answer] = field(default_factory=list)
    begun: float = field(default_factory=time.perf_counter)

    def add(self, answer: Answer) -> None:
        """Count an answer."""
        self.answers.append(answer)

    def lines(self) -> list[str]:
        """The table as it stands."""
        answers = list(self.answers)
        counts = Counter(answer.outcome if answer.outcome in self.rows else "other" for answer in answers)
        times = sorted(answer.seconds for answer in answers)
        return [
            *(f"  {name:<20} {counts[name]:>6}" for name in (*self.rows, "other")),
            f"  {'elapsed':<20} {time.perf_counter() - self.begun:>6.2f} s",
            f"  {'p50 / p99':<20} {percentile(times, 50) * 1000:>6.0f} / {percentile(times, 99) * 1000:.0f} ms",
        ]


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The value that this share of an ascending list does not exceed; 0 of an empty one."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


def show_while_running(outcomes: Outcomes, threads: Sequence[threading.Thread]) -> None:
    """Show the table until every thread has ended."""
    if not sys.stdout.isatty():
        for thread in threads:
            thread.join()
        print("\n".join(outcomes.lines()))
        return
    height = 0
    while height == 0 or any(thread.is_alive() for thread in threads):
        time.sleep(1 / REDRAWS_PER_SECOND)
        height = _redraw(outcomes.lines(), height)
    _redraw(outcomes.lines(), height)


def _redraw(lines: Sequence[str], height: int) -> int:
    # Up over the table that stands there, then each line anew.
    print(f"\x1b[{height}A" if height else "", *(f"\x1b[2K{line}\n" for line in lines), sep="", end="", flush=True)
    return len(lines)
