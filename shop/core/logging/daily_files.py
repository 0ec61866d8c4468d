"""Daily files of JSON lines, shared by several processes."""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from io import FileIO
from itertools import groupby
from pathlib import Path

from shop.core.logging.sink import LogLine

_NAME = re.compile(r"shop-(\d{4}-\d{2}-\d{2})\.jsonl")
_BLOCK = 1 << 20


class DailyFileSink:
    """Sink with one file for each UTC day; old files are removed.

    Each process opens the file of the day by name and appends whole lines with one system call. No process renames a
    file that another one writes to, so no record is lost or torn at midnight. The folder must be on a local drive,
    because appends to a network drive may not be atomic.
    """

    def __init__(self, folder: Path, keep_days: int) -> None:
        self._folder = folder
        self._keep_for = timedelta(days=keep_days)
        self._day = datetime.now(UTC).date()
        self._file = self._open(self._day)

    def write(self, batch: Sequence[LogLine]) -> None:
        """Write one line for each record.

        Raises OSError.
        """
        for day, lines in groupby(batch, lambda line: datetime.fromtimestamp(line.timestamp, UTC).date()):
            if day != self._day:
                opened = self._open(day)
                self._file.close()
                self._file, self._day = opened, day
            data = b"".join(line.line + b"\n" for line in lines)
            if self._file.write(data) != len(data):
                raise OSError("The disk is full.")

    def finish(self, _: float) -> None:
        """Close the file."""
        self._file.close()

    def _open(self, day: date) -> FileIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Unbuffered, because a buffer would be flushed in the middle of a line.
        file = FileIO(self._folder / f"shop-{day}.jsonl", "ab", opener=_open_private)
        for path, file_day in list_day_files(self._folder):
            if file_day <= day - self._keep_for:
                path.unlink(missing_ok=True)
        return file


def _open_private(path: str, flags: int) -> int:
    # Records contain data of customers, so other users of the machine must not read them.
    return os.open(path, flags, 0o640)


def list_day_files(folder: Path) -> list[tuple[Path, date]]:
    """List the daily files of a folder with their days, oldest first.

    Other files are ignored.
    """
    named = [(path, match[1]) for path in folder.glob("shop-*.jsonl") if (match := _NAME.fullmatch(path.name))]
    return sorted([(path, date.fromisoformat(day)) for path, day in named], key=lambda file: file[1])


def find_lines(folder: Path, terms: Collection[bytes]) -> Iterator[bytes]:
    """Find lines with one of the terms, in the order of writing."""
    for path, _ in list_day_files(folder):
        with path.open("rb") as file:
            # In blocks, so that other threads of the process run between two of them.
            while lines := file.readlines(_BLOCK):
                yield from (line for line in lines if any(term in line for term in terms))
