"""Processor times of requests before and after: the tables, and a short run on the current commit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.bench_requests import build_table, build_yardsticks
from tests.rolling.harness.releases import ROOT, HistoryMissing, extract_commit, report_missing
from tests.support.samples import runs_all

BEFORE = {"plain": [100.0, 200.0, 100.0], "purchase": [400.0, 800.0, 480.0]}
AFTER = {"plain": [100.0, 220.0, 90.0], "purchase": [200.0, 200.0, 300.0]}


def test_the_ratio_is_the_median_of_the_rounds_ratios() -> None:
    # The machine was slower in the second round, which would distort a ratio of the medians.
    assert build_table(BEFORE, AFTER)[2] == ("purchase", "480", "200", "0.50", "0.25 to 0.62")


def test_a_yardstick_is_measured_at_both_commits() -> None:
    assert build_yardsticks(BEFORE, AFTER) == [("", "before", "after"), ("purchase / plain", "4.00", "2.00")]


@pytest.mark.server
def test_a_short_run_measures_both_commits(tmp_path: Path) -> None:
    try:
        extract_commit("HEAD", tmp_path)
    except HistoryMissing as missing:
        report_missing(missing)
    kinds = ["plain", "list", *(["same", "item", "keyed purchase"] if runs_all() else [])]
    arguments = ["--rounds", "1", "--requests", "2", "--only", ",".join(kinds)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench_requests", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    for kind in kinds:
        assert f"\n{kind}  " in done.stdout
    assert "\nlist / plain  " in done.stdout
