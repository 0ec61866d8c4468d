"""The fork server."""

import os
import sys
from pathlib import Path

from tests.support.processes.fork_server import ROOT
from tests.support.processes.launchers import fork_preloaded


def test_a_forked_process_leads_its_group_as_soon_as_it_is_started(tmp_path: Path) -> None:
    command, env, log = [sys.executable, "-m", "platform"], {"PYTHONPATH": str(ROOT)}, tmp_path / "log"
    for _ in range(20):
        child = fork_preloaded(command, stdout=log, stderr=log, env=env, cwd=tmp_path)
        # A group that does not exist yet could not be killed.
        group = os.getpgid(child.pid)
        assert child.wait(30) == 0
        assert group == child.pid
