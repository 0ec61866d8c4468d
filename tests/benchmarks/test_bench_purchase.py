"""Short run of the whole purchase benchmark, in processes of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SERVER_URL
from tests.support.samples import runs_all

pytestmark = pytest.mark.server
ROOT = Path(__file__).parents[2]


# Parts of the benchmark, and the titles of their results.
PARTS = {
    "raw": "Goals",
    "script": "Sales",
    "plain": "Sales",
    "keyed": "Sales",
    "list": "Reads",
    "fastapi": "Peers",
    "classic": "Peers",
    "sold out": "Sold out",
    "backlog": "Backlog",
    "script at 300/s": "At a fixed rate",
    "profile": "Profile",
}
SHORT = ("script", "sold out", "plain", "list")


def test_a_short_run_sells_counts_and_verifies() -> None:
    parts = PARTS if runs_all() else SHORT
    arguments = ["--rounds", "1", "--seconds", "0.2", "--only", ",".join(parts)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SHOP_DATABASE_URL": os.environ[SERVER_URL]}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench_purchase", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("verified")
    for part in parts:
        assert f"\n{PARTS[part]}\n" in done.stdout
