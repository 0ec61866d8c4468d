"""What one process has counted, in files that outlive it and that every process can read.

The files are those of prometheus_client's multi-process mode, without its environment variable and its one global
registry: two apps in one process do not see each other. A file is locked while its process lives.
"""

import fcntl
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from prometheus_client.mmap_dict import MmapedDict

# What only grows counts after its process is gone; a level is gone with it, and the library does not see it.
COUNTER, GAUGE = ".db", ".level"


@dataclass
class MetricFile:
    """The counts of one kind, `counter` or `histogram`, or the levels of this process; one thread at a time."""

    folder: Path
    kind: str
    suffix: str = COUNTER
    _counts: dict[str, float] = field(default_factory=dict)
    _file: MmapedDict | None = None
    _lock: BinaryIO | None = None

    def add(self, key: str, amount: float) -> None:
        """Count more under a key; raises OSError when there is no place for the file."""
        if self._file is None:
            self._file = self._open()
        self._counts[key] = count = self._counts.get(key, 0.0) + amount
        self._file.write_value(key, count, 0.0)  # type: ignore[no-untyped-call]  # the library's

    def set(self, key: str, value: float) -> None:
        """Say how much there is now, whatever there was; raises OSError when there is no place for the file."""
        if self._file is None:
            self._file = self._open()
        self._file.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]  # the library's

    def _open(self) -> MmapedDict:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self.kind}_{secrets.token_hex(8)}"
        # Under its name only when it is locked: whoever cleans would take it for a dead one's.
        self._lock = path.open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return MmapedDict(str(path.rename(path.with_suffix(self.suffix))))  # type: ignore[no-untyped-call]  # the library's


def remove_dead_files(folder: Path) -> None:
    """Remove the files of processes that are gone."""
    for path in (*folder.glob(f"*{COUNTER}"), *folder.glob(f"*{GAUGE}")):
        if not _is_alive(path):
            path.unlink(missing_ok=True)


def values_of_live_processes(folder: Path, suffix: str) -> Iterator[tuple[str, float]]:
    """What the files of that name say whose processes are there: keys, and how much of each."""
    for path in folder.glob(f"*{suffix}"):
        if _is_alive(path):
            for key, value, *_ in MmapedDict.read_all_values_from_file(str(path)):  # type: ignore[no-untyped-call]  # the same
                yield key, value


def _is_alive(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
