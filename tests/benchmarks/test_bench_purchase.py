"""Short run of the whole purchase benchmark, in processes of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SERVER_URL

pytestmark = pytest.mark.server
ROOT = Path(__file__).parents[2]


def test_a_short_run_sells_counts_and_verifies() -> None:
    arguments = ["--rounds", "1", "--seconds", "0.2", "--only", "raw,script,sold out,backlog,script at 300/s,profile"]
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
    for title in ("Goals", "Sales", "At a fixed rate", "Sold out", "Backlog", "Profile"):
        assert f"\n{title}\n" in done.stdout
