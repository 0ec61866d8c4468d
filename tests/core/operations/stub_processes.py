"""Supervisor of stub processes: `python -m tests.core.operations.stub_processes FOLDER NAME...`.

Each stub writes a line with its pid to FOLDER/NAME when it starts. A stub called `stubborn` ignores SIGTERM.
"""

import subprocess
import sys
from pathlib import Path

from shop.core.operations import supervisor
from shop.core.operations.supervisor import ChildProcess, Supervisor

_PROGRAM = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN if sys.argv[1].endswith("stubborn") else signal.SIG_DFL)
with open(sys.argv[1], "a") as file: file.write(f"{os.getpid()}\\n")
time.sleep(60)
"""


class StubProcess(ChildProcess):
    """A small program in place of `flask shop NAME`."""

    folder: Path

    def start(self) -> None:
        command = [sys.executable, "-I", "-c", _PROGRAM, str(self.folder / self.name)]
        self.process = subprocess.Popen(command, start_new_session=True)


def _print_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    StubProcess.folder = Path(sys.argv[1])
    supervisor.RESTART_PAUSE_SECONDS, supervisor.STOP_SECONDS = 0.3, 0.5
    Supervisor([StubProcess(name) for name in sys.argv[2:]]).run(
        StubProcess.folder.joinpath("ready").exists, lambda: _print_line("ready")
    )
    _print_line("stopped")
