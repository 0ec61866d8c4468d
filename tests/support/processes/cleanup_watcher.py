"""A leash: when the test run dies, even by SIGKILL, its processes and its folders go with it."""

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

_line = threading.Lock()


def register(thing: int | Path) -> None:
    """Promise that the process group is killed, or the folder removed, when this process ends."""
    _send(f"+{thing}\n")


def unregister(thing: int | Path) -> None:
    """Forget what is gone; a group's number may soon be another's."""
    _send(f"-{thing}\n")


def _send(line: str) -> None:
    pipe = _watcher().stdin
    assert pipe is not None
    with _line:
        pipe.write(line)
        pipe.flush()


@cache
def _watcher() -> subprocess.Popen[str]:
    # A session of its own: Ctrl-C reaches the test run's group, and must not reach the one who cleans up.
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
    held: set[str] = set()
    for line in sys.stdin:
        (held.add if line[0] == "+" else held.discard)(line[1:].strip())
    # Processes before folders, or they would go on writing.
    for thing in sorted(held, key=_is_folder):
        _clean_up(thing)


def _clean_up(thing: str) -> None:
    if _is_folder(thing):
        shutil.rmtree(thing, ignore_errors=True)
        return
    with suppress(OSError):
        os.killpg(int(thing), signal.SIGKILL)


def _is_folder(thing: str) -> bool:
    return not thing.isdigit()


if __name__ == "__main__":
    _watch()
