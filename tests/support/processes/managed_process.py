"""A real process under a test's control: start, stop, kill, freeze, and never a survivor."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from tests.support.polling import PAUSE_SECONDS, wait_for
from tests.support.processes import cleanup_watcher as leash
from tests.support.processes import process_groups as groups
from tests.support.secret_leaks import OUTPUT_WATCHER

_OUTPUT_SHOWN = 8_000


class ProcessFailed(Exception):  # noqa: N818 - it reads as the sentence a failed test shows.
    """A process did not do as told; the message ends with what it printed."""


class ManagedProcess:
    """Runs a command as leader of its own process group, its output in a file; can be started again."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        patience: float = 15.0,
    ) -> None:
        self.command, self.log, self.env, self.cwd, self.patience = list(command), log, env, cwd, patience
        self._popen: subprocess.Popen[bytes] | None = None
        self._held = False

    @property
    def pid(self) -> int:
        """The leader's pid, which is also the number of its group."""
        if self._popen is None:
            raise ProcessFailed(f"{self.command} was never started.")
        return self._popen.pid

    @property
    def running(self) -> bool:
        """Whether the leader lives; a frozen one does."""
        return self._popen is not None and self._popen.poll() is None

    @property
    def returncode(self) -> int | None:
        """How the leader ended; -9 after a kill, None while it runs."""
        return self._popen.poll() if self._popen else None

    @property
    def output(self) -> str:
        """All that was printed since the first start."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def is_ready(self) -> bool:
        """Whether it serves; asked until true while it starts. A plain process is ready at once."""
        return True

    def start(self) -> None:
        """Start and wait until ready; raises ProcessFailed with the output, after `patience` s at most."""
        if self.running:
            raise ProcessFailed(f"{self.command} already runs.")
        self.kill()  # A leader that died by itself may have left children.
        self._spawn()
        deadline = time.monotonic() + self.patience
        while not (self.running and self.is_ready()):
            if not self.running:
                self._fail(f"ended with {self.returncode}")
            if time.monotonic() > deadline:
                self._fail(f"was not ready within {self.patience} s")
            time.sleep(PAUSE_SECONDS)

    def stop(self, timeout: float = 10.0) -> int:
        """Ask the leader to end (SIGTERM), return its exit code; raises ProcessFailed after `timeout` s."""
        if self._popen is None or not self._held:
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
        """End the whole group at once (SIGKILL), wait until none of it lives; harmless when nothing runs."""
        if self._popen is None or not self._held:
            return
        self._signal(signal.SIGKILL)
        self._popen.wait(self.patience)
        if not wait_for(lambda: not groups.find_members(self.pid), self.patience):
            raise ProcessFailed(f"{groups.find_members(self.pid)} survived SIGKILL.")
        leash.unregister(self.pid)
        self._held = False

    def freeze(self) -> None:
        """Stop the whole group's clock (SIGSTOP): connections stay open, answers stay away."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen group go on (SIGCONT)."""
        self._signal(signal.SIGCONT)

    def _spawn(self) -> None:
        OUTPUT_WATCHER.watch_file(self.log)
        if folder := (self.env or {}).get("SHOP_LOG_FILE"):
            OUTPUT_WATCHER.watch_folder(Path(folder))
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
            )
        leash.register(self.pid)
        self._held = True

    def _signal(self, number: signal.Signals) -> None:
        if not self._held:
            raise ProcessFailed(f"{self.command} does not run.")
        # macOS answers "not permitted" where only zombies are left; both errors say that nobody listens.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def _fail(self, reason: str) -> NoReturn:
        self.kill()
        raise ProcessFailed(f"{' '.join(self.command)} {reason}:\n{self.output[-_OUTPUT_SHOWN:]}")
