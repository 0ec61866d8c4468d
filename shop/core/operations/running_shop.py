"""The running shop of a folder: its mark, and its stop."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil

from shop.core.operations.supervisor import STOP_SECONDS
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings

_POLL_SECONDS = 0.1
# Web server, scheduler, worker and Valkey stop one after another.
_CHILDREN = 4


@contextmanager
def hold_folder(settings: Settings) -> Iterator[None]:
    """Mark the folder of the settings as used by this process.

    The system takes the mark away when the process ends in any way. Raises SettingsError when another process has it.
    """
    settings.folder.mkdir(parents=True, exist_ok=True)
    with _open(settings) as file:
        if not _lock(file):
            pid = _read_pid(file)
            raise SettingsError(f"shop runs already in {settings.folder}, with pid {pid}; `flask shop stop` ends it.")
        file.truncate(0)
        # Unbuffered, since others read it while this process runs.
        os.write(file.fileno(), str(os.getpid()).encode())
        yield


def stop_shop(settings: Settings, tell: Callable[[str], None]) -> None:
    """Stop the running shop of the folder, and wait for its end.

    Raises SettingsError when it does not end in time.
    """
    if not _path(settings).exists():
        tell(f"shop does not run in {settings.folder}.")
        return
    with _open(settings) as file:
        if _lock(file):
            tell(f"shop does not run in {settings.folder}.")
            return
        pid = _read_pid(file)
        tell(f"Stopping shop, pid {pid}.")
        process = psutil.Process(pid)
        process.terminate()
        deadline = time.monotonic() + settings.drain_seconds + settings.web_stop_seconds + _CHILDREN * STOP_SECONDS
        while not _lock(file):
            if time.monotonic() > deadline:
                raise SettingsError(f"Process {pid} does not end; `kill -9 {pid}` ends it and its children.")
            time.sleep(_POLL_SECONDS)
    deadline = time.monotonic() + STOP_SECONDS
    while not _has_ended(process) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    tell("shop has stopped.")


def _has_ended(process: psutil.Process) -> bool:
    # A parent that does not read the exit code of its child keeps it as a zombie.
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _path(settings: Settings) -> Path:
    return settings.folder / "up.pid"


def _open(settings: Settings) -> IO[str]:
    return _path(settings).open("a+")


def _read_pid(file: IO[str]) -> int:
    file.seek(0)
    return int(file.read() or 0)


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
