"""Objects of the start of a process, which its garbage collector no longer visits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes.fork_server import ROOT

COUNT = "import gc; print(gc.get_freeze_count())"
STARTS = {
    "web": "from shop.app import web_app; web_app()",
    # Without a queue: the worker ends before its first job.
    "worker": "from shop import worker; worker._run_until_stopped = lambda *_: True; "
    "worker.run_worker(worker.Settings.load())",
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_a_process_freezes_its_heap_when_it_is_ready(tmp_path: Path, start: str) -> None:
    settings = {"SHOP_VAR": str(tmp_path), "SHOP_REDIS_URL": f"unix://{tmp_path}/none.sock"}
    settings["SHOP_DATABASE_URL"] = f"sqlite:///{tmp_path}/shop.sqlite"
    printed = subprocess.run(
        [sys.executable, "-c", f"{start}; {COUNT}"],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(printed.stdout.split()[-1]) > 10_000
