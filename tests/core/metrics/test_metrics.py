"""Counting: files that are only removed when their process is gone, and a request that never fails for a count."""

import logging
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from shop.core.metrics.metrics import Counter, GaugeSample, Histogram, Metrics, Unmeasured
from shop.core.metrics.process_files import MetricFile, remove_dead_files
from shop.core.settings.settings import Settings

COUNTER = Counter("test_calls", "Calls.", ("outcome",))
HISTOGRAM = Histogram("test_seconds", "Seconds.", ("outcome",))


class Gauges:
    """Measures one thing, or fails."""

    def __init__(self, *readings: GaugeSample) -> None:
        self.readings = readings

    def measure(self) -> list[GaugeSample]:
        if not self.readings:
            raise Unmeasured("refused")
        return list(self.readings)


def render_lines(metrics: Metrics, *readings: GaugeSample) -> list[str]:
    lines = generate_latest(metrics.create_registry(Gauges(*readings))).decode().splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_a_living_process_keeps_its_file_when_another_starts(tmp_path: Path) -> None:
    living, dead = MetricFile(tmp_path, "counter"), MetricFile(tmp_path, "counter")
    living.add("a", 1.0)
    dead.add("b", 1.0)
    assert len(list(tmp_path.iterdir())) == 2

    del dead
    remove_dead_files(tmp_path)

    assert len(list(tmp_path.iterdir())) == 1
    remove_dead_files(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_all_processes_are_told_as_one(tmp_path: Path) -> None:
    one, other = Metrics(Settings(var=str(tmp_path))), Metrics(Settings(var=str(tmp_path)))
    one.count(COUNTER, "well")
    other.count(COUNTER, "well")
    other.observe(HISTOGRAM, 0.003, "well")

    assert 'test_calls_total{outcome="well"} 2.0' in render_lines(one)
    assert 'test_seconds_bucket{le="0.0025",outcome="well"} 0.0' in render_lines(one)
    assert 'test_seconds_bucket{le="0.005",outcome="well"} 1.0' in render_lines(one)
    assert 'test_seconds_bucket{le="+Inf",outcome="well"} 1.0' in render_lines(one)
    assert 'test_seconds_sum{outcome="well"} 0.003' in render_lines(one)


def test_two_apps_with_folders_of_their_own_do_not_see_each_other(tmp_path: Path) -> None:
    one, other = Metrics(Settings(var=str(tmp_path / "one"))), Metrics(Settings(var=str(tmp_path / "two")))
    one.count(COUNTER, "well")

    assert render_lines(other) == []


def test_what_cannot_be_measured_is_left_out_and_the_rest_is_told(tmp_path: Path) -> None:
    metrics = Metrics(Settings(var=str(tmp_path)))
    metrics.count(COUNTER, "well")

    assert render_lines(metrics, GaugeSample("test_waiting", "Waiting.", 3)) == [
        'test_calls_total{outcome="well"} 1.0',
        "test_waiting 3.0",
    ]
    assert render_lines(metrics) == ['test_calls_total{outcome="well"} 1.0']


def test_whoever_cannot_write_counts_nothing_and_fails_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tmp_path.joinpath("metrics").write_text("no folder")
    metrics = Metrics(Settings(var=str(tmp_path)))

    with caplog.at_level(logging.WARNING):
        metrics.count(COUNTER, "well")
        metrics.observe(HISTOGRAM, 1.0, "well")

    assert len(caplog.messages) == 1
