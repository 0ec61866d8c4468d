"""Findings of a whole run of the purchase benchmark."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.load.load_result import LoadResult
from benchmarks.report.figures import Runs
from benchmarks.report.purchase_profile import PurchaseProfile


@dataclass(frozen=True)
class Findings:
    """Everything that one run of the benchmark measured.

    `bursts` maps a strategy to the result of its burst. `load_average` is that of the machine before the run.
    """

    runs: Runs
    bursts: Mapping[str, LoadResult]
    profile: PurchaseProfile | None
    database: str
    load_average: float = 0.0
