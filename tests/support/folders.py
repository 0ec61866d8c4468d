"""Temporary folders for servers that listen on a socket file."""

import shutil
import tempfile
from pathlib import Path

from tests.support.processes import cleanup_watcher

# A socket path may have 104 bytes (macOS) or 108; the names of the socket files have fewer than 30.
_FOLDER_PATH_MAX = 70


def short_folder() -> Path:
    """Create a temporary folder with a path short enough for a socket.

    The caller calls `remove_folder`.
    """
    folder = Path(tempfile.mkdtemp(prefix="shop-"))
    if len(str(folder)) > _FOLDER_PATH_MAX:
        folder.rmdir()
        # Every POSIX system has this short path.
        folder = Path(tempfile.mkdtemp(prefix="shop-", dir="/tmp"))
    cleanup_watcher.register(folder)
    return folder


def remove_folder(folder: Path) -> None:
    """Remove the folder and its content, if it exists."""
    shutil.rmtree(folder, ignore_errors=True)
    cleanup_watcher.unregister(folder)
