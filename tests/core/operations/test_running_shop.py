"""Stop of a running shop."""

import subprocess
import sys
from pathlib import Path

from tests.support.polling import eventually

HOLD = """
import signal, sys
from shop.core.operations.running_shop import hold_folder
from shop.core.settings.settings import Settings
with hold_folder(Settings(var=sys.argv[1])):
    signal.pause()
"""
STOP = """
import sys
from shop.core.operations import running_shop
from shop.core.settings.settings import Settings
running_shop.STOP_SECONDS = 10_000.0
running_shop.stop_shop(Settings(var=sys.argv[1]), print)
"""


def test_stop_does_not_wait_for_a_parent_that_reads_no_exit_code(tmp_path: Path) -> None:
    mark = tmp_path / "up.pid"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)]) as process:
        eventually(lambda: mark.exists() and mark.read_text() == str(process.pid))

        # This process reads the exit code afterwards only.
        command = [sys.executable, "-c", STOP, str(tmp_path)]
        stop = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)

    assert stop.stdout == f"Stopping shop, pid {process.pid}.\nshop has stopped.\n"
