"""Folders for servers that listen on a socket file."""

import shutil
import tempfile
from pathlib import Path

from tests.support.processes import cleanup_watcher as leash

# The kernel cuts a socket's path at 104 (macOS) or 108 bytes; the file names put here stay below 30.
_LONGEST = 70


def short_folder() -> Path:
    """Make a temporary folder whose path leaves room for a socket's name; `remove_folder` ends it."""
    folder = Path(tempfile.mkdtemp(prefix="shop-"))
    if len(str(folder)) > _LONGEST:
        folder.rmdir()
        # Every POSIX system has it, and it is short.
        folder = Path(tempfile.mkdtemp(prefix="shop-", dir="/tmp"))
    leash.register(folder)
    return folder


def remove_folder(folder: Path) -> None:
    """Remove the folder and all in it; harmless when it is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    leash.unregister(folder)
