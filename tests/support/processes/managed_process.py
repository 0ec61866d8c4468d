"""Process that a test starts, stops, kills and freezes."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from tests.support.polling import PAUSE_SECONDS, wait_for
from tests.support.processes import cleanup_watcher, process_groups
from tests.support.processes.launchers import ChildHandle, Launcher, start_interpreter
from tests.support.secret_leaks import OUTPUT_WATCHER

_OUTPUT_SHOWN = 8_000
# Bounds of what has no time to keep: they end a test that would hang, on the busiest machine.
HANG_SECONDS = 120.0


class ProcessFailed(Exception):  # noqa: N818 - describes the failure of a test.
    """A process failed to start or stop; the message contains its output."""


class ManagedProcess:
    """A command that runs as leader of its own process group.

    Its output goes to a file. It can be started again.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        launch: Launcher = start_interpreter,
        patience: float = HANG_SECONDS,
    ) -> None:
        self.command, self.log, self.env, self.cwd, self.patience = list(command), log, env, cwd, patience
        self._launch = launch
        self._popen: ChildHandle | None = None
        self._is_registered = False

    @property
    def pid(self) -> int:
        """Pid of the leader, also the id of its group."""
        if self._popen is None:
            raise ProcessFailed(f"{self.command} was never started.")
        return self._popen.pid

    @property
    def running(self) -> bool:
        """True while the leader lives, even frozen."""
        return self._popen is not None and self._popen.poll() is None

    @property
    def returncode(self) -> int | None:
        """Exit code of the leader; -9 after a kill, None while running."""
        return self._popen.poll() if self._popen else None

    @property
    def output(self) -> str:
        """Output since the first start."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def is_ready(self) -> bool:
        """Return True when the process is ready, which `start` waits for.

        A plain process is ready at once.
        """
        return True

    def start(self) -> None:
        """Start the process, and wait until it is ready.

        Raises ProcessFailed with the output when it ends or is not ready after `patience` seconds.
        """
        if self.running:
            raise ProcessFailed(f"{self.command} already runs.")
        self.kill()  # A leader that crashed may have left children.
        self._spawn()
        deadline = time.monotonic() + self.patience
        while not (self.running and self.is_ready()):
            if not self.running:
                self._fail(f"ended with {self.returncode}")
            if time.monotonic() > deadline:
                self._fail(f"was not ready within {self.patience} s")
            time.sleep(PAUSE_SECONDS)

    def stop(self, timeout: float = HANG_SECONDS) -> int:
        """Send SIGTERM to the leader, and return its exit code.

        Raises ProcessFailed when it runs after `timeout` seconds.
        """
        if self._popen is None or not self._is_registered:
            raise ProcessFailed(f"{self.command} does not run.")
        self.thaw()
        self._popen.terminate()
        try:
            code = self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self._fail(f"ignored SIGTERM for {timeout} s")
        self.kill()
        return code

    def kill(self) -> None:
        """Kill the whole process group (SIGKILL), and wait until it has ended.

        Does nothing when no process runs.
        """
        if self._popen is None or not self._is_registered:
            return
        self._signal(signal.SIGKILL)
        self._popen.wait(HANG_SECONDS)
        if not wait_for(lambda: not process_groups.find_members(self.pid), HANG_SECONDS):
            raise ProcessFailed(f"{process_groups.find_members(self.pid)} survived SIGKILL.")
        cleanup_watcher.unregister(self.pid)
        self._is_registered = False

    def freeze(self) -> None:
        """Stop the whole process group (SIGSTOP), and wait until all its threads have stopped.

        Its connections stay open.
        """
        self._signal(signal.SIGSTOP)
        wait_for(lambda: process_groups.is_stopped(self.pid), HANG_SECONDS)

    def thaw(self) -> None:
        """Resume a stopped process group (SIGCONT)."""
        self._signal(signal.SIGCONT)

    def _spawn(self) -> None:
        OUTPUT_WATCHER.watch_file(self.log)
        if folder := (self.env or {}).get("SHOP_LOG_FILE"):
            OUTPUT_WATCHER.watch_folder(Path(folder))
        self._popen = self._launch(self.command, stdout=self.log, stderr=self.log, env=self.env, cwd=self.cwd)
        cleanup_watcher.register(self.pid)
        self._is_registered = True

    def _signal(self, number: signal.Signals) -> None:
        if not self._is_registered:
            raise ProcessFailed(f"{self.command} does not run.")
        # macOS reports "not permitted" for a group of zombies. Both errors mean that no process is left.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def _fail(self, reason: str) -> NoReturn:
        self.kill()
        raise ProcessFailed(f"{' '.join(self.command)} {reason}:\n{self.output[-_OUTPUT_SHOWN:]}")
