"""Printed tables of interleaved rounds."""

from collections.abc import Mapping
from statistics import median

from benchmarks.load.interleaved_rounds import RoundResults
from benchmarks.report.figures import compute_percentile
from benchmarks.report.table_format import format_text


def print_results(results: RoundResults, baselines: Mapping[str, str], *, as_rates: bool = False) -> None:
    """Print percentiles, and median ratios to the baselines.

    With `as_rates` the ratio is that of requests per second, not that of seconds.
    """
    rows = [("kind", "p50 ms", "p99 ms")]
    for name, seconds in results.seconds.items():
        p50, p99 = (compute_percentile(seconds, percent) * 1000 for percent in (50, 99))
        rows.append((name, f"{p50:.2f}", f"{p99:.2f}"))
    ratios = [("requests per second" if as_rates else "time", "ratio")]
    for name, values in results.ratios.items():
        ratio = 1 / median(values) if as_rates else median(values)
        ratios.append((f"{name} / {baselines[name]}", f"{ratio:.2f}"))
    print(format_text(rows), format_text(ratios), sep="\n\n")
