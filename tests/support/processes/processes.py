"""The whole service in processes as in production: web, worker and scheduler."""

import http.client
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Protocol

from tests.support.http import HttpClient
from tests.support.limits import CHEAP_HASHING, UNLIMITED_ENV
from tests.support.processes import cleanup_watcher
from tests.support.processes.coverage_hooks import is_measured
from tests.support.processes.launchers import fork_preloaded
from tests.support.processes.managed_process import HANG_SECONDS, ManagedProcess, ProcessFailed
from tests.support.processes.ports import free_port
from tests.support.secret_leaks import OUTPUT_WATCHER

_ROOT = Path(__file__).parents[3]
_NOT_INHERITED = ("SHOP_", "FLASK_", "PYTEST_")
_numbers = count(1)


class WebProcess(ManagedProcess):
    """A process that serves HTTP on `bind`, ready when /readyz is."""

    bind: str

    def is_ready(self) -> bool:
        """Return True when /readyz answers 200."""
        try:
            with HttpClient(self.bind, timeout=1.0) as client:
                return client.get("/readyz").status == 200
        except (OSError, http.client.HTTPException):
            return False


class Service:
    """Processes of `flask shop` on one database and one Redis.

    A process is named by its command, with a number when a test needs several: `web`, `web.2`, `worker`, `scheduler`.
    `env` may be changed between two starts.
    """

    command: tuple[str, ...] = (sys.executable, "-m", "flask", "shop")
    patience = HANG_SECONDS

    def __init__(self, folder: Path, database_url: str, redis_url: str, env: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        stores = {"SHOP_DATABASE_URL": database_url, "SHOP_REDIS_URL": redis_url}
        self.env = {**UNLIMITED_ENV, **CHEAP_HASHING, **stores, **(env or {})}
        self._processes: dict[str, ManagedProcess] = {}
        self._binds: dict[str, str] = {}
        self._bind_lock = threading.Lock()

    def run_cli(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `flask shop <arguments>` to its end.

        Raises ProcessFailed with the output when the command fails and `check` is True.
        """
        command = [*self.command, *arguments]
        # Only the test waits for the command, and the machine may be busy.
        env = {**self._environment("cli"), "SHOP_REDIS_TIMEOUT": "5"}
        result = self._run(command, env)
        # Not stdout: `seed` prints the demo accounts.
        OUTPUT_WATCHER.add_output(result.stderr)
        if check and result.returncode != 0:
            raise ProcessFailed(f"{' '.join(command)} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
        return result

    def prepare(self) -> None:
        """Create the tables and the demo data."""
        self.run_cli("migrate")
        self.run_cli("seed")

    def start(self, *names: str) -> None:
        """Start processes, and wait until they are ready.

        Raises ProcessFailed.
        """
        for name in names:
            process = self._processes.setdefault(name, self._make(name))
            process.env = self._environment(name)
            process.start()

    def process(self, name: str) -> ManagedProcess:
        """Return the process of a name."""
        return self._processes[name]

    def kill(self, name: str) -> None:
        """Kill a process and all its children (SIGKILL)."""
        self._processes[name].kill()

    def terminate(self, name: str, timeout: float = HANG_SECONDS) -> int:
        """Send SIGTERM to a process, and return its exit code.

        Raises ProcessFailed when it runs after `timeout` seconds.
        """
        return self._processes[name].stop(timeout)

    def kill_all(self) -> None:
        """Kill all processes."""
        for process in self._processes.values():
            process.kill()

    def close(self) -> None:
        """End all processes after a test.

        When coverage is measured, SIGTERM comes before SIGKILL, so that the processes save what they have run.
        """
        for process in self._processes.values():
            if is_measured() and process.running:
                with suppress(ProcessFailed):
                    process.stop()
        self.kill_all()

    def bind(self, name: str = "web") -> str:
        """Return address and port of a web process; a restart keeps them."""
        # Not setdefault: it would reserve a port at every call. With a lock, since threads start processes at once.
        with self._bind_lock:
            if name not in self._binds:
                self._binds[name] = f"127.0.0.1:{free_port()}"
            return self._binds[name]

    def client(self, name: str = "web", timeout: float = 60.0) -> HttpClient:
        """Create an HTTP client of a web process, for one thread."""
        return HttpClient(self.bind(name), timeout)

    def _run(self, command: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        number = next(_numbers)
        stdout, stderr = self.folder / f"cli.{number}.out", self.folder / f"cli.{number}.err"
        child = fork_preloaded(command, stdout=stdout, stderr=stderr, env=env, cwd=self.folder)
        cleanup_watcher.register(child.pid)
        try:
            code = child.wait(HANG_SECONDS)
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            cleanup_watcher.unregister(child.pid)
        return subprocess.CompletedProcess(command, code, stdout.read_text(), stderr.read_text())

    def _make(self, name: str) -> ManagedProcess:
        command = name.partition(".")[0]
        kind = WebProcess if command == "web" else ManagedProcess
        log = self.folder / f"{name}.log"
        process = kind([*self.command, command], log, cwd=self.folder, patience=self.patience, launch=fork_preloaded)
        if isinstance(process, WebProcess):
            process.bind = self.bind(name)
        return process

    def _environment(self, name: str) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_INHERITED)}
        return {
            **inherited,
            "PYTHONPATH": str(_ROOT),  # The code of this repository, not an installed copy.
            "PYTHONUNBUFFERED": "1",
            "FLASK_SKIP_DOTENV": "1",
            "SHOP_ENV": "development",
            "SHOP_VAR": str(self.folder / "var"),
            "SHOP_BIND": self.bind(name),
            **self.env,
        }


class MakeService(Protocol):
    """Factory of services.

    By default a service uses the emptied database and Valkey of the test worker.
    """

    def __call__(
        self, *, database_url: str = "", redis_url: str = "", env: Mapping[str, str] | None = None
    ) -> Service: ...
