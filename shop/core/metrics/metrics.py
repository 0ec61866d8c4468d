"""Metrics of all processes together, for Prometheus."""

import logging
from bisect import bisect_left
from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import NamedTuple, Protocol

import orjson
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shop.core.metrics.process_files import GAUGE, MetricFile, remove_dead_files, sample_key, values_of_live_processes
from shop.core.resilience.deadline import request_deadline
from shop.core.settings.settings import Settings

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_log = logging.getLogger(__name__)


class Unmeasured(Exception):  # noqa: N818 - the name describes the state
    """Failure of a store while gauges are measured."""


class Counter(NamedTuple):
    """Declaration of a counter; the name is without `_total`."""

    name: str
    description: str
    labels: tuple[str, ...]


class Histogram(NamedTuple):
    """Declaration of a histogram; the default buckets are in seconds."""

    name: str
    description: str
    labels: tuple[str, ...]
    buckets: tuple[float, ...] = BUCKETS


class GaugeSample(NamedTuple):
    """Current value of a gauge, with at most one label."""

    name: str
    description: str
    value: float
    label: tuple[str, str] | None = None


class GaugeSource(Protocol):
    """Source of gauges that are measured for each export."""

    def measure(self) -> Iterable[GaugeSample]:
        """Measure all gauges of the source.

        Raises Unmeasured when a store fails; earlier samples stay valid.
        """


@dataclass
class Metrics:
    """Metrics of this process; the export covers all processes with its `SHOP_VAR`."""

    settings: Settings
    _keys: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _disabled: bool = False

    def __post_init__(self) -> None:
        self._counters, self._histograms = MetricFile(self.folder, "counter"), MetricFile(self.folder, "histogram")
        self._gauges = MetricFile(self.folder, "level", GAUGE)

    @property
    def folder(self) -> Path:
        """Folder with the files of all processes."""
        return self.settings.folder / "metrics"

    def count(self, counter: Counter, *labels: str) -> None:
        """Add one to a counter."""
        (key,) = self._keys.get((counter.name, labels)) or self._register_counter(counter, labels)
        self._write(((self._counters, key, 1.0),))

    def observe(self, histogram: Histogram, seconds: float, *labels: str) -> None:
        """Add one observation to a histogram."""
        keys = self._keys.get((histogram.name, labels)) or self._register_histogram(histogram, labels)
        bucket = keys[1 + bisect_left(histogram.buckets, seconds)]
        self._write(((self._histograms, keys[0], seconds), (self._histograms, bucket, 1.0)))

    def observe_all(self, histogram: Histogram, values: Sequence[float]) -> None:
        """Add many observations to a histogram, with one write for each bucket."""
        if not values:
            return
        keys = self._keys.get((histogram.name, ())) or self._register_histogram(histogram, ())
        counts = Counts(bisect_left(histogram.buckets, value) for value in values)
        changes = [(self._histograms, keys[1 + index], float(count)) for index, count in counts.items()]
        self._write([(self._histograms, keys[0], sum(values)), *changes])

    def set_gauge(self, *samples: GaugeSample) -> None:
        """Set gauges of this process; exported as the sum of live processes."""
        if self._disabled:
            return
        try:
            with self._lock:
                for sample in samples:
                    key = orjson.dumps((sample.name, sample.description, sample.label)).decode()
                    self._gauges.set(key, sample.value)
        except OSError as error:
            self._disable(error)

    def remove_dead_files(self) -> None:
        """Remove the files of processes that have ended."""
        remove_dead_files(self.folder)

    def create_registry(self, source: GaugeSource) -> CollectorRegistry:
        """Create the registry that is exported."""
        self.folder.mkdir(parents=True, exist_ok=True)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self.folder))  # type: ignore[no-untyped-call]  # untyped in the library
        registry.register(_GaugeCollector(source, self.folder))
        return registry

    def _register_counter(self, counter: Counter, labels: tuple[str, ...]) -> tuple[str, ...]:
        key = sample_key(counter.name, f"{counter.name}_total", counter.labels, labels, counter.description)
        return self._keys.setdefault((counter.name, labels), (key,))

    def _register_histogram(self, histogram: Histogram, labels: tuple[str, ...]) -> tuple[str, ...]:
        name, names, description = histogram.name, histogram.labels, histogram.description
        total = sample_key(name, f"{name}_sum", names, labels, description)
        buckets = [
            sample_key(name, f"{name}_bucket", [*names, "le"], [*labels, le], description)
            for le in (*(str(float(edge)) for edge in histogram.buckets), "+Inf")
        ]
        # Empty buckets too, because Prometheus expects the whole row.
        self._write((self._histograms, key, 0.0) for key in (total, *buckets))
        return self._keys.setdefault((name, labels), (total, *buckets))

    def _write(self, changes: Iterable[tuple[MetricFile, str, float]]) -> None:
        if self._disabled:
            return
        try:
            with self._lock:
                for file, key, amount in changes:
                    file.add(key, amount)
        except OSError as error:
            self._disable(error)

    def _disable(self, error: OSError) -> None:
        # A metric that cannot be written must not fail the request that it counts.
        self._disabled = True
        _log.warning("Metrics of this process are disabled: %s", error)


@dataclass(eq=False)
class _GaugeCollector(Collector):
    """Collector that measures its source for each export."""

    source: GaugeSource
    folder: Path

    def collect(self) -> Iterator[Metric]:
        """Collect all gauges within the deadline of a request.

        Gauges of a store that fails are left out.
        """
        families: dict[str, GaugeMetricFamily] = {}
        with request_deadline():
            samples = [*_read_gauges(self.folder), *self._measure()]
        for sample in samples:
            labels = [sample.label[0]] if sample.label else []
            family = families.setdefault(sample.name, GaugeMetricFamily(sample.name, sample.description, labels=labels))
            family.add_metric([sample.label[1]] if sample.label else [], sample.value)
        yield from families.values()

    def _measure(self) -> Iterator[GaugeSample]:
        try:
            yield from self.source.measure()
        except Unmeasured as error:
            _log.warning("Some gauges were not measured: %s", error)

    def describe(self) -> Iterator[Metric]:
        """Describe no metric, because that would measure at the registration."""
        yield from ()


def _read_gauges(folder: Path) -> list[GaugeSample]:
    totals: dict[tuple[str, str, tuple[str, str] | None], float] = defaultdict(float)
    for key, value in values_of_live_processes(folder, GAUGE):
        name, description, label = orjson.loads(key)
        totals[name, description, tuple(label) if label else None] += value
    return [GaugeSample(name, description, value, label) for (name, description, label), value in totals.items()]
