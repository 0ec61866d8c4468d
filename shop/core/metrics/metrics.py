"""Metrics: what all processes have counted together, for Prometheus."""

import logging
from bisect import bisect_left
from collections import Counter as Counts
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import NamedTuple, Protocol

import orjson
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.mmap_dict import mmap_key
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shop.core.metrics.process_files import GAUGE, MetricFile, remove_dead_files, values_of_live_processes
from shop.core.resilience.deadline import request_deadline
from shop.core.settings.settings import Settings

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_log = logging.getLogger(__name__)


class Unmeasured(Exception):  # noqa: N818 - it says what it is
    """A store did not answer while gauges were read."""


class Counter(NamedTuple):
    """Something that is counted: its name without `_total`, what it says, and what tells its cases apart."""

    name: str
    description: str
    labels: tuple[str, ...]


class Histogram(NamedTuple):
    """Something that takes seconds, or whatever else its buckets are of."""

    name: str
    description: str
    labels: tuple[str, ...]
    buckets: tuple[float, ...] = BUCKETS


class GaugeSample(NamedTuple):
    """How much there is of something at this moment; `case` tells several of one name apart."""

    name: str
    description: str
    value: float
    label: tuple[str, str] | None = None


class GaugeSource(Protocol):
    """Whoever knows how much there is of something."""

    def measure(self) -> Iterable[GaugeSample]:
        """Everything that is to be known, as far as its store answers; raises Unmeasured."""


@dataclass
class Metrics:
    """Counts for this process, and reads what all have counted that share `SHOP_VAR`."""

    settings: Settings
    _keys: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _disabled: bool = False

    def __post_init__(self) -> None:
        self._counters, self._histograms = MetricFile(self.folder, "counter"), MetricFile(self.folder, "histogram")
        self._gauges = MetricFile(self.folder, "level", GAUGE)

    @property
    def folder(self) -> Path:
        """Where the files of all processes are."""
        return self.settings.folder / "metrics"

    def count(self, counter: Counter, *labels: str) -> None:
        """One more."""
        (key,) = self._keys.get((counter.name, labels)) or self._register_counter(counter, labels)
        self._write(((self._counters, key, 1.0),))

    def observe(self, histogram: Histogram, seconds: float, *labels: str) -> None:
        """One more, that took so many seconds."""
        keys = self._keys.get((histogram.name, labels)) or self._register_histogram(histogram, labels)
        bucket = keys[1 + bisect_left(histogram.buckets, seconds)]
        self._write(((self._histograms, keys[0], seconds), (self._histograms, bucket, 1.0)))

    def observe_all(self, histogram: Histogram, values: Sequence[float]) -> None:
        """As many more: one write for each bucket, however many there are."""
        if not values:
            return
        keys = self._keys.get((histogram.name, ())) or self._register_histogram(histogram, ())
        found = Counts(bisect_left(histogram.buckets, value) for value in values)
        changes = [(self._histograms, keys[1 + place], float(count)) for place, count in found.items()]
        self._write([(self._histograms, keys[0], sum(values)), *changes])

    def set_gauge(self, *samples: GaugeSample) -> None:
        """How much of something this process has now; told as the sum over all that live."""
        if self._disabled:
            return
        try:
            with self._lock:
                for reading in samples:
                    self._gauges.set(
                        orjson.dumps((reading.name, reading.description, reading.label)).decode(), reading.value
                    )
        except OSError as error:
            self._disable(error)

    def remove_dead_files(self) -> None:
        """Forget what processes have counted that are gone."""
        remove_dead_files(self.folder)

    def create_registry(self, source: GaugeSource) -> CollectorRegistry:
        """What Prometheus reads."""
        self.folder.mkdir(parents=True, exist_ok=True)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self.folder))  # type: ignore[no-untyped-call]  # the library's
        registry.register(_GaugeCollector(source, self.folder))
        return registry

    def _register_counter(self, counter: Counter, labels: tuple[str, ...]) -> tuple[str, ...]:
        key = mmap_key(counter.name, f"{counter.name}_total", list(counter.labels), list(labels), counter.description)
        return self._keys.setdefault((counter.name, labels), (key,))

    def _register_histogram(self, histogram: Histogram, labels: tuple[str, ...]) -> tuple[str, ...]:
        name, names, says = histogram.name, list(histogram.labels), histogram.description
        total = mmap_key(name, f"{name}_sum", names, list(labels), says)
        buckets = [
            mmap_key(name, f"{name}_bucket", [*names, "le"], [*labels, le], says)
            for le in (*(str(float(edge)) for edge in histogram.buckets), "+Inf")
        ]
        # Empty ones too: Prometheus reads them as one row.
        self._write((self._histograms, key, 0.0) for key in (total, *buckets))
        return self._keys.setdefault((name, labels), (total, *buckets))

    def _write(self, changes: Iterable[tuple[MetricFile, str, float]]) -> None:
        if self._disabled:
            return
        try:
            with self._lock:
                for sheet, key, amount in changes:
                    sheet.add(key, amount)
        except OSError as error:
            self._disable(error)

    def _disable(self, error: OSError) -> None:
        # What is counted is worth less than what it counts.
        self._disabled = True
        _log.warning("This process counts nothing: %s", error)


@dataclass(eq=False)
class _GaugeCollector(Collector):
    """Asks at each reading."""

    source: GaugeSource
    folder: Path

    def collect(self) -> Iterator[Metric]:
        """What there is; of what a store knows nothing while it does not answer, and not for long."""
        families: dict[str, GaugeMetricFamily] = {}
        with request_deadline():
            readings = [*_read_gauges(self.folder), *self._measure()]
        for reading in readings:
            labels = [reading.label[0]] if reading.label else []
            family = families.setdefault(
                reading.name, GaugeMetricFamily(reading.name, reading.description, labels=labels)
            )
            family.add_metric([reading.label[1]] if reading.label else [], reading.value)
        yield from families.values()

    def _measure(self) -> Iterator[GaugeSample]:
        try:
            yield from self.source.measure()
        except Unmeasured as error:
            _log.warning("Not everything is measured: %s", error)

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: it would ask at the start."""
        yield from ()


def _read_gauges(folder: Path) -> list[GaugeSample]:
    found: Counts[tuple[str, str, tuple[str, str] | None]] = Counts()
    for key, level in values_of_live_processes(folder, GAUGE):
        name, says, case = orjson.loads(key)
        found[name, says, tuple(case) if case else None] += level  # type: ignore[assignment]  # of whatever is counted
    return [GaugeSample(name, says, level, case) for (name, says, case), level in found.items()]
