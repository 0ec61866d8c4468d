"""Members of process groups."""

import os
from pathlib import Path

_PROC = Path("/proc")


def find_members(group: int) -> list[int]:
    """Return the pids of the living processes of a group, without zombies."""
    if not _PROC.joinpath("self/stat").exists():
        return _probe(group)
    return [int(folder.name) for folder in _PROC.glob("[0-9]*") if _is_member(folder, group)]


def _is_member(folder: Path, group: int) -> bool:
    try:
        # The name in parentheses may contain any character, so split after its last parenthesis.
        state, _parent, process_group = folder.joinpath("stat").read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return False
    return int(process_group) == group and state not in "ZX"


def _probe(group: int) -> list[int]:
    try:
        os.killpg(group, 0)
    except OSError:
        return []
    return [group]
