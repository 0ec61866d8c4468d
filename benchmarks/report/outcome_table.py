"""Table of outcomes: redrawn in place on a terminal, printed once elsewhere."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.load.http_client import JsonResponse
from benchmarks.report.figures import compute_percentile

REDRAWS_PER_SECOND = 10


@dataclass
class OutcomeTable:
    """Responses so far, counted by outcome; several threads add to it."""

    rows: Sequence[str]
    responses: list[JsonResponse] = field(default_factory=list)
    started_at: float = field(default_factory=time.perf_counter)

    def add(self, response: JsonResponse) -> None:
        """Add a response."""
        self.responses.append(response)

    def format_lines(self) -> list[str]:
        """Format the current table."""
        responses = list(self.responses)
        counts = Counter(response.outcome if response.outcome in self.rows else "other" for response in responses)
        times = [response.seconds * 1000 for response in responses]
        p50, p99 = (compute_percentile(times, percent) for percent in (50, 99))
        return [
            *(f"  {name:<20} {counts[name]:>6}" for name in (*self.rows, "other")),
            f"  {'elapsed':<20} {time.perf_counter() - self.started_at:>6.2f} s",
            f"  {'p50 / p99':<20} {p50:>6.0f} / {p99:.0f} ms",
        ]


def show_while_running(table: OutcomeTable, threads: Sequence[threading.Thread]) -> None:
    """Show a table until every thread has ended."""
    if not sys.stdout.isatty():
        for thread in threads:
            thread.join()
        print("\n".join(table.format_lines()))
        return
    height = 0
    while height == 0 or any(thread.is_alive() for thread in threads):
        time.sleep(1 / REDRAWS_PER_SECOND)
        height = _redraw(table.format_lines(), height)
    _redraw(table.format_lines(), height)


def _redraw(lines: Sequence[str], height: int) -> int:
    # Cursor up over the old table, then clear and print each line.
    print(f"\x1b[{height}A" if height else "", *(f"\x1b[2K{line}\n" for line in lines), sep="", end="", flush=True)
    return len(lines)
