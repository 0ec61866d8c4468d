"""Members of process groups."""

import os

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
