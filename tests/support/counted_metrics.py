"""Record of what the process counts and observes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from shop.core.metrics import metrics
from shop.core.metrics.metrics import GaugeSample, Metrics


@dataclass
class CountedMetrics:
    """Counts by (name, labels), observations by name, and gauges by (name, label)."""

    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)
    observations: dict[str, list[float]] = field(default_factory=dict)
    gauges: dict[tuple[str, str], float] = field(default_factory=dict)

    def outcomes(self, name: str) -> dict[str, int]:
        """Return the counts of a metric by its last label."""
        return {labels[-1]: count for labels, count in self.counts.items() if labels[0] == name}


def record_metrics(patch: pytest.MonkeyPatch) -> CountedMetrics:
    """Record instead of writing files until the patch ends."""
    counted = CountedMetrics()

    def count(_: Metrics, counter: metrics.Counter, *labels: str) -> None:
        assert len(labels) == len(counter.labels)
        counted.counts[counter.name, *labels] += 1

    def observe(_: Metrics, histogram: metrics.Histogram, value: float, *labels: str) -> None:
        assert len(labels) == len(histogram.labels)
        counted.observations.setdefault(" ".join((histogram.name, *labels)), []).append(value)

    def observe_all(_: Metrics, histogram: metrics.Histogram, values: Sequence[float]) -> None:
        counted.observations.setdefault(histogram.name, []).extend(values)

    def set_gauge(_: Metrics, *samples: GaugeSample) -> None:
        counted.gauges |= {(sample.name, sample.label[1] if sample.label else ""): sample.value for sample in samples}

    for function in (count, observe, observe_all, set_gauge):
        patch.setattr(Metrics, function.__name__, function)
    return counted


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> CountedMetrics:
    """Record the metrics of the test."""
    return record_metrics(monkeypatch)
