"""Cleanup of processes and folders after a test run, even after SIGKILL."""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path

_lock = threading.Lock()


def register(resource: int | Path) -> None:
    """Register a process group or folder for removal at exit."""
    _send(f"+{resource}\n")


def unregister(resource: int | Path) -> None:
    """Unregister a removed resource; group ids may be reused."""
    _send(f"-{resource}\n")


def _send(line: str) -> None:
    pipe = _watcher().stdin
    assert pipe is not None
    with _lock:
        pipe.write(line)
        pipe.flush()


@cache
def _watcher() -> subprocess.Popen[str]:
    # In its own session, since Ctrl-C reaches the group of the test run and must not stop the watcher.
    watcher = subprocess.Popen(
        [sys.executable, "-I", __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    atexit.register(watcher.communicate)
    return watcher


def _watch() -> None:
    resources: set[str] = set()
    for line in sys.stdin:
        (resources.add if line[0] == "+" else resources.discard)(line[1:].strip())
    # Processes first, since they could still write to the folders.
    for resource in sorted(resources, key=_is_folder):
        _clean_up(resource)


def _clean_up(resource: str) -> None:
    if _is_folder(resource):
        shutil.rmtree(resource, ignore_errors=True)
        return
    with suppress(OSError):
        os.killpg(int(resource), signal.SIGKILL)


def _is_folder(resource: str) -> bool:
    return not resource.isdigit()


if __name__ == "__main__":
    _watch()
