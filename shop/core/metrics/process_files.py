"""Memory-mapped metric files of a process, readable by every process.

The format is that of prometheus_client's multi-process mode, without its environment variable and its global value
class, so two apps in one process do not share values. A file is locked while its process lives. The kernel releases
the lock with the process, so a zombie, a reused pid or another container cannot be taken for a live process.
"""

import fcntl
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from prometheus_client.mmap_dict import MmapedDict, mmap_key

# Counters outlive their process. Gauges end with it, so their suffix is one that prometheus_client does not read.
COUNTER, GAUGE = ".db", ".level"


@dataclass
class MetricFile:
    """Metric file of this process for one kind; not thread-safe."""

    folder: Path
    kind: str
    suffix: str = COUNTER
    _counts: dict[str, float] = field(default_factory=dict)
    _file: MmapedDict | None = None
    _lock: BinaryIO | None = None

    def add(self, key: str, amount: float) -> None:
        """Add an amount to the value of a key.

        Raises OSError when the file cannot be created.
        """
        if self._file is None:
            self._file = self._open()
        self._counts[key] = count = self._counts.get(key, 0.0) + amount
        self._file.write_value(key, count, 0.0)  # type: ignore[no-untyped-call]  # untyped in the library

    def set(self, key: str, value: float) -> None:
        """Set the value of a key.

        Raises OSError when the file cannot be created.
        """
        if self._file is None:
            self._file = self._open()
        self._file.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]  # untyped in the library

    def _open(self) -> MmapedDict:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self.kind}_{secrets.token_hex(8)}"
        # The file gets its suffix when it is locked: before, a clean-up would remove it as the file of a dead process.
        self._lock = path.open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return MmapedDict(str(path.rename(path.with_suffix(self.suffix))))  # type: ignore[no-untyped-call]  # untyped in the library


def sample_key(metric: str, sample: str, labels: Sequence[str], values: Sequence[str], description: str) -> str:
    """Return the key of a sample in a metric file."""
    key: str = mmap_key(metric, sample, list(labels), list(values), description)
    return key


def remove_dead_files(folder: Path) -> None:
    """Remove the files of processes that have ended."""
    for path in (*folder.glob(f"*{COUNTER}"), *folder.glob(f"*{GAUGE}")):
        if not _is_alive(path):
            path.unlink(missing_ok=True)


def values_of_live_processes(folder: Path, suffix: str) -> Iterator[tuple[str, float]]:
    """Read keys and values from the files of live processes."""
    for path in folder.glob(f"*{suffix}"):
        if _is_alive(path):
            for key, value, *_ in MmapedDict.read_all_values_from_file(str(path)):  # type: ignore[no-untyped-call]  # untyped in the library
                yield key, value


def _is_alive(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
