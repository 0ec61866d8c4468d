"""Metrics: what all processes have counted together, for Prometheus."""

import logging
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import NamedTuple, Protocol

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.mmap_dict import mmap_key
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shop.core.redis import RedisError
from shop.core.settings import Settings
from shop.core.sheet import Sheet, clean

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_log = logging.getLogger(__name__)


class Counter(NamedTuple):
    """Something that is counted: its name without `_total`, what it says, and what tells its cases apart."""

    name: str
    says: str
    labels: tuple[str, ...]


class Histogram(NamedTuple):
    """Something that takes seconds."""

    name: str
    says: str
    labels: tuple[str, ...]


class Reading(NamedTuple):
    """How much there is of something at this moment."""

    name: str
    says: str
    value: float


class Measured(Protocol):
    """Whoever knows how much there is of something."""

    def measure(self) -> Iterable[Reading]:
        """Everything that is to be known; raises RedisError."""


@dataclass
class Metrics:
    """Counts for this process, and reads what all have counted that share `SHOP_VAR`."""

    settings: Settings
    _keys: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _broken: bool = False

    def __post_init__(self) -> None:
        self._counters, self._histograms = Sheet(self.folder, "counter"), Sheet(self.folder, "histogram")

    @property
    def folder(self) -> Path:
        """Where the files of all processes are."""
        return self.settings.folder / "metrics"

    def count(self, counter: Counter, *labels: str) -> None:
        """One more."""
        (key,) = self._keys.get((counter.name, labels)) or self._declare(counter, labels)
        self._write(((self._counters, key, 1.0),))

    def observe(self, histogram: Histogram, seconds: float, *labels: str) -> None:
        """One more, that took so many seconds."""
        keys = self._keys.get((histogram.name, labels)) or self._declare_buckets(histogram, labels)
        bucket = keys[1 + bisect_left(BUCKETS, seconds)]
        self._write(((self._histograms, keys[0], seconds), (self._histograms, bucket, 1.0)))

    def clean(self) -> None:
        """Forget what processes have counted that are gone."""
        clean(self.folder)

    def registry(self, measured: Measured) -> CollectorRegistry:
        """What Prometheus reads."""
        self.folder.mkdir(parents=True, exist_ok=True)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self.folder))  # type: ignore[no-untyped-call]  # the library's
        registry.register(_Readings(measured))
        return registry

    def _declare(self, counter: Counter, labels: tuple[str, ...]) -> tuple[str, ...]:
        key = mmap_key(counter.name, f"{counter.name}_total", list(counter.labels), list(labels), counter.says)
        return self._keys.setdefault((counter.name, labels), (key,))

    def _declare_buckets(self, histogram: Histogram, labels: tuple[str, ...]) -> tuple[str, ...]:
        name, names, says = histogram.name, list(histogram.labels), histogram.says
        total = mmap_key(name, f"{name}_sum", names, list(labels), says)
        buckets = [
            mmap_key(name, f"{name}_bucket", [*names, "le"], [*labels, le], says) for le in (*map(str, BUCKETS), "+Inf")
        ]
        # Empty ones too: Prometheus reads them as one row.
        self._write((self._histograms, key, 0.0) for key in (total, *buckets))
        return self._keys.setdefault((name, labels), (total, *buckets))

    def _write(self, changes: Iterable[tuple[Sheet, str, float]]) -> None:
        if self._broken:
            return
        try:
            with self._lock:
                for sheet, key, amount in changes:
                    sheet.add(key, amount)
        except OSError as error:
            # What is counted is worth less than what it counts.
            self._broken = True
            _log.warning("This process counts nothing: %s", error)


@dataclass(eq=False)
class _Readings(Collector):
    """Asks at each reading."""

    measured: Measured

    def collect(self) -> Iterator[Metric]:
        """What there is; nothing while Redis does not answer."""
        try:
            readings = list(self.measured.measure())
        except RedisError as error:
            _log.warning("Nothing is measured: %s", error)
            return
        for reading in readings:
            yield GaugeMetricFamily(reading.name, reading.says, value=reading.value)

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: it would ask at the start."""
        yield from ()
