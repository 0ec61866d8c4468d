"""Short runs of the benchmarks of sale gates, in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SERVER_URL
from tests.support.samples import sample

pytestmark = pytest.mark.server
ROOT = Path(__file__).parents[2]
RUNS = {
    "bench_openings": ["--rounds", "1", "--buyers", "60", "--strategies", "script", "--databases", "sqlite"],
    "bench_edits": ["--rounds", "1", "--seconds", "0.5"],
}


@pytest.mark.parametrize("name", sample(list(RUNS), 1))
def test_a_short_run_refuses_no_buyer_and_verifies(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *RUNS[name]],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SHOP_DATABASE_URL": os.environ[SERVER_URL]},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nverified\n" in done.stdout
