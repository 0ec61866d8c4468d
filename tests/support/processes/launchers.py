"""Launchers of processes: by a new interpreter, or by the fork server."""

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from tests.support.processes.fork_server import ROOT

_PAUSE_SECONDS = 0.005
_SERVER_LOCK = threading.Lock()


class ChildHandle(Protocol):
    """A started process, as `subprocess.Popen` describes it."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def terminate(self) -> None: ...


class Launcher(Protocol):
    """Function that starts a command as leader of its own session.

    stdout and stderr are appended to files.
    """

    def __call__(
        self, command: Sequence[str], *, stdout: Path, stderr: Path, env: Mapping[str, str] | None, cwd: Path | None
    ) -> ChildHandle: ...


def start_interpreter(
    command: Sequence[str], *, stdout: Path, stderr: Path, env: Mapping[str, str] | None, cwd: Path | None
) -> ChildHandle:
    """Start any command."""
    with stdout.open("ab") as output, stderr.open("ab") as errors:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env=env,
            cwd=cwd,
            start_new_session=True,
        )


def fork_preloaded(
    command: Sequence[str], *, stdout: Path, stderr: Path, env: Mapping[str, str] | None, cwd: Path | None
) -> ChildHandle:
    """Start `python -m MODULE` of this checkout by the fork server, any other command by itself."""
    if env is None or list(command[:2]) != [sys.executable, "-m"] or not _is_this_checkout(env):
        return start_interpreter(command, stdout=stdout, stderr=stderr, env=env, cwd=cwd)
    request = {"module": command[2], "arguments": list(command[3:]), "env": dict(env), "cwd": str(cwd or Path.cwd())}
    response = _fork_server().request({**request, "stdout": str(stdout), "stderr": str(stderr)})
    return ForkedProcess(response["pid"])


def _is_this_checkout(env: Mapping[str, str]) -> bool:
    """Return True when the command imports the code which the fork server has imported."""
    *others, last = env.get("PYTHONPATH", "").split(os.pathsep)
    return last == str(ROOT) and not any(Path(entry, "shop").exists() for entry in others)


class ForkedProcess:
    """A process of the fork server, whose exit code the server knows."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, None while the process runs."""
        if self._returncode is None:
            self._returncode = _fork_server().request({"pid": self.pid})["returncode"]
        return self._returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, and return the exit code.

        Raises TimeoutExpired after `timeout` seconds.
        """
        deadline = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(_PAUSE_SECONDS)
        return code

    def terminate(self) -> None:
        """Send SIGTERM."""
        if self.poll() is None:
            os.kill(self.pid, 15)


class _ForkServer:
    """Connection to the fork server of this test worker, for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.processes.fork_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith(("SHOP_", "FLASK_"))},
            start_new_session=True,
        )
        # It ends with its stdin, also when this test worker is killed.
        atexit.register(self._process.communicate)

    def request(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request and return the response."""
        pipe, responses = self._process.stdin, self._process.stdout
        assert pipe is not None
        assert responses is not None
        with self._lock:
            pipe.write(json.dumps(request) + "\n")
            pipe.flush()
            return dict(json.loads(responses.readline()))


def _fork_server() -> _ForkServer:
    # Threads that start the first processes at once would each create a server.
    with _SERVER_LOCK:
        return _create_server()


@cache
def _create_server() -> _ForkServer:
    return _ForkServer()
