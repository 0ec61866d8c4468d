"""A family of small stand-ins, run as a program: `python -m tests.core.operations.stub_processes FOLDER NAME...`.

Each stand-in writes a line with its number into FOLDER/NAME when it starts. One called `stubborn` ignores SIGTERM.
"""

import subprocess
import sys
from pathlib import Path

from shop.core.operations import supervisor as processes
from shop.core.operations.supervisor import ChildProcess, Supervisor

_PROGRAM = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN if sys.argv[1].endswith("stubborn") else signal.SIG_DFL)
with open(sys.argv[1], "a") as file: file.write(f"{os.getpid()}\\n")
time.sleep(60)
"""


class StandIn(ChildProcess):
    """Starts a small program in place of `flask shop NAME`."""

    folder: Path

    def start(self) -> None:
        command = [sys.executable, "-I", "-c", _PROGRAM, str(self.folder / self.name)]
        self.process = subprocess.Popen(command, start_new_session=True)


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    StandIn.folder = Path(sys.argv[1])
    processes.RESTART_PAUSE_SECONDS, processes.STOP_SECONDS = 0.3, 0.5
    Supervisor([StandIn(name) for name in sys.argv[2:]]).run(
        StandIn.folder.joinpath("ready").exists, lambda: _say("ready")
    )
    _say("stopped")
