"""Metrics in files of several processes."""

import logging
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from shop.core.metrics.metrics import Counter, GaugeSample, Histogram, Metrics, Unmeasured
from shop.core.metrics.process_files import COUNTER as COUNTER_SUFFIX
from shop.core.metrics.process_files import MetricFile, remove_dead_files, values_of_live_processes
from shop.core.settings.settings import Settings

COUNTER = Counter("test_calls", "Calls.", ("outcome",))
HISTOGRAM = Histogram("test_seconds", "Seconds.", ("outcome",))


class Gauges:
    """Source of the given gauges; without any, the measurement fails."""

    def __init__(self, *samples: GaugeSample) -> None:
        self.samples = samples

    def measure(self) -> list[GaugeSample]:
        if not self.samples:
            raise Unmeasured("refused")
        return list(self.samples)


def render_lines(metrics: Metrics, *samples: GaugeSample) -> list[str]:
    lines = generate_latest(metrics.create_registry(Gauges(*samples))).decode().splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_the_file_of_a_live_process_is_not_removed(tmp_path: Path) -> None:
    live, dead = MetricFile(tmp_path, "counter"), MetricFile(tmp_path, "counter")
    live.add("a", 1.0)
    dead.add("b", 1.0)
    assert len(list(tmp_path.iterdir())) == 2

    del dead
    remove_dead_files(tmp_path)

    assert len(list(tmp_path.iterdir())) == 1
    remove_dead_files(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_values_of_all_processes_are_added(tmp_path: Path) -> None:
    first, second = Metrics(Settings(var=str(tmp_path))), Metrics(Settings(var=str(tmp_path)))
    first.count(COUNTER, "well")
    second.count(COUNTER, "well")
    second.observe(HISTOGRAM, 0.003, "well")

    assert 'test_calls_total{outcome="well"} 2.0' in render_lines(first)
    assert 'test_seconds_bucket{le="0.0025",outcome="well"} 0.0' in render_lines(first)
    assert 'test_seconds_bucket{le="0.005",outcome="well"} 1.0' in render_lines(first)
    assert 'test_seconds_bucket{le="+Inf",outcome="well"} 1.0' in render_lines(first)
    assert 'test_seconds_sum{outcome="well"} 0.003' in render_lines(first)


def test_the_values_of_an_ended_process_are_left_out(tmp_path: Path) -> None:
    live, dead = MetricFile(tmp_path, "counter"), MetricFile(tmp_path, "counter")
    live.add("a", 3.0)
    dead.add("b", 5.0)

    del dead

    assert list(values_of_live_processes(tmp_path, COUNTER_SUFFIX)) == [("a", 3.0)]


def test_two_apps_with_different_folders_share_no_values(tmp_path: Path) -> None:
    first, second = Metrics(Settings(var=str(tmp_path / "one"))), Metrics(Settings(var=str(tmp_path / "two")))
    first.count(COUNTER, "well")

    assert render_lines(second) == []


def test_gauges_that_cannot_be_measured_are_left_out(tmp_path: Path) -> None:
    metrics = Metrics(Settings(var=str(tmp_path)))
    metrics.count(COUNTER, "well")

    assert render_lines(metrics, GaugeSample("test_waiting", "Waiting.", 3)) == [
        'test_calls_total{outcome="well"} 1.0',
        "test_waiting 3.0",
    ]
    assert render_lines(metrics) == ['test_calls_total{outcome="well"} 1.0']


def test_a_count_that_cannot_be_written_does_not_fail(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tmp_path.joinpath("metrics").write_text("a file, not a folder")
    metrics = Metrics(Settings(var=str(tmp_path)))

    with caplog.at_level(logging.WARNING):
        metrics.count(COUNTER, "well")
        metrics.observe(HISTOGRAM, 1.0, "well")

    assert len(caplog.messages) == 1


def test_a_bucket_includes_its_edge(tmp_path: Path) -> None:
    metrics = Metrics(Settings(var=str(tmp_path)))
    metrics.observe(HISTOGRAM, 0.005, "well")

    assert 'test_seconds_bucket{le="0.0025",outcome="well"} 0.0' in render_lines(metrics)
    assert 'test_seconds_bucket{le="0.005",outcome="well"} 1.0' in render_lines(metrics)


def test_a_gauge_that_cannot_be_written_does_not_fail(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tmp_path.joinpath("metrics").write_text("a file, not a folder")
    metrics = Metrics(Settings(var=str(tmp_path)))

    with caplog.at_level(logging.WARNING):
        for value in (1.0, 2.0):
            metrics.set_gauge(GaugeSample("test_level", "Level.", value))

    assert len(caplog.messages) == 1


def test_no_observations_are_no_series(tmp_path: Path) -> None:
    metrics, histogram = Metrics(Settings(var=str(tmp_path))), Histogram("test_waits", "Waits.", ())

    metrics.observe_all(histogram, [])
    assert render_lines(metrics, GaugeSample("x", "X.", 1.0)) == ["x 1.0"]

    metrics.observe_all(histogram, [1.0, 2.0])
    assert "test_waits_count 2.0" in render_lines(metrics, GaugeSample("x", "X.", 1.0))
