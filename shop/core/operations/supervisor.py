"""Process supervisor: starts, restarts and stops the child processes."""

import logging
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from shop.core.operations.parent_watch import child_environment

RESTART_PAUSE_SECONDS = 1.0
STOP_SECONDS = 15.0
TICK_SECONDS = 0.1
_log = logging.getLogger(__name__)


@dataclass
class ChildProcess:
    """A `flask shop NAME` process.

    It may take `extra_stop_seconds` longer to stop than the others.
    """

    name: str
    extra_stop_seconds: float = 0.0
    process: subprocess.Popen[bytes] | None = None
    restart_at: float = 0.0

    def start(self) -> None:
        """Start the process in its own session.

        Ctrl-C then reaches only the parent, which stops its children in order. The child ends with the parent.
        """
        command = [sys.executable, "-m", "flask", "shop", self.name]
        self.process = subprocess.Popen(command, start_new_session=True, env=child_environment())

    def restart_if_dead(self) -> None:
        """Restart the process after a pause when it has ended."""
        if self.process and self.process.poll() is not None:
            _log.warning("%s ended with %s; starting it again", self.name, self.process.returncode)
            self.process, self.restart_at = None, time.monotonic() + RESTART_PAUSE_SECONDS
        if self.process is None and time.monotonic() >= self.restart_at:
            self.start()

    def stop(self) -> None:
        """Terminate the process, and kill it after its stop time."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS + self.extra_stop_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _say_nothing(_: str) -> None: ...


@dataclass
class Supervisor:
    """Child processes in the order in which they start and stop.

    `tell` is called with sentences about the stop.
    """

    children: list[ChildProcess]
    tell: Callable[[str], None] = _say_nothing
    _signals: list[int] = field(default_factory=list)

    def run(self, ready: Callable[[], bool], announce: Callable[[], None]) -> None:
        """Run the children until Ctrl-C, SIGTERM or a closed terminal.

        Calls `announce` once, as soon as `ready` returns True.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._receive_signal)
        announced = False
        try:
            while not self._signals:
                for child in self.children:
                    child.restart_if_dead()
                if not announced and ready():
                    announce()
                    announced = True
                time.sleep(TICK_SECONDS)
        finally:
            self._stop_children()

    def _stop_children(self) -> None:
        self.tell("Stopping; the web server finishes its requests first.")
        for child in self.children:
            child.stop()
            self.tell(f"{child.name} has stopped.")

    def _receive_signal(self, number: int, _: FrameType | None) -> None:
        self._signals.append(number)


def is_ready(bind: str) -> bool:
    """Return True when the web server at `bind` is ready."""
    try:
        with urllib.request.urlopen(f"http://{bind}/readyz", timeout=1) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
