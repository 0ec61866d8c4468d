"""Members of process groups."""

import os
from pathlib import Path

import psutil


def find_members(group: int) -> list[int]:
    """Return the pids of the living processes of a group, without zombies."""
    return [process.pid for process in psutil.process_iter() if _is_living_member(process, group)]


def _is_living_member(process: psutil.Process, group: int) -> bool:
    try:
        return os.getpgid(process.pid) == group and process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except (OSError, psutil.Error):
        # The process has ended meanwhile, or belongs to another user.
        return False


def is_stopped(group: int) -> bool:
    """Return True when every thread of a group has stopped, which SIGSTOP only requests."""
    return all(_is_stopped(pid) for pid in find_members(group))


def _is_stopped(pid: int) -> bool:
    try:
        threads = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/stat")]
        if threads:
            # The state follows the name, which is in parentheses.
            return all(text.rpartition(")")[2].split()[0] in "TXZ" for text in threads)
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except (OSError, psutil.Error):
        return True  # It has ended meanwhile.
