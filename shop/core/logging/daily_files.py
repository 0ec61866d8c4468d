"""A file of JSON lines for each day, written by many processes at once and read by those who search."""

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
    """Writes each record to the file of its own day (UTC), and removes the files of days that are over for long.

    Each process opens the day's file by its name and appends whole lines with one system call: no process renames
    a file that another one writes to, so no record is lost or torn when the day turns. A network drive may not
    append as one; logs belong on a local one.
    """

    def __init__(self, folder: Path, keep_days: int) -> None:
        self._folder = folder
        self._keep_for = timedelta(days=keep_days)
        self._day: date | None = None
        self._file: FileIO | None = None
        self._open(datetime.now(UTC).date())

    def write(self, batch: Sequence[LogLine]) -> None:
        """Write a line for each; raises OSError."""
        for day, its in groupby(batch, lambda page: datetime.fromtimestamp(page.timestamp, UTC).date()):
            file = self._file if self._file and day == self._day else self._open(day)
            lines = b"".join(page.line + b"\n" for page in its)
            if file.write(lines) != len(lines):
                raise OSError("The disk is full.")

    def finish(self, _: float) -> None:
        """Close the file."""
        if self._file:
            self._file.close()

    def _open(self, day: date) -> FileIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._file:
            self._file.close()
        # Unbuffered: a buffer would cut lines anywhere.
        self._file, self._day = FileIO(self._folder / f"shop-{day}.jsonl", "ab", opener=_open_private), day
        for path, old in list_day_files(self._folder):
            if old <= day - self._keep_for:
                path.unlink(missing_ok=True)
        return self._file


def _open_private(path: str, flags: int) -> int:
    # What is logged of customers is not for everybody on the machine.
    return os.open(path, flags, 0o640)


def list_day_files(folder: Path) -> list[tuple[Path, date]]:
    """The files of a folder and the days they are of, oldest first; whatever else lies there is not ours."""
    named = [(path, found[1]) for path in folder.glob("shop-*.jsonl") if (found := _NAME.fullmatch(path.name))]
    return sorted([(path, date.fromisoformat(day)) for path, day in named], key=lambda file: file[1])


def find_lines(folder: Path, words: Collection[bytes]) -> Iterator[bytes]:
    """The lines in which one of the words stands, in the order in which they were written."""
    for path, _ in list_day_files(folder):
        with path.open("rb") as file:
            # In blocks: other threads of the process go on between two of them.
            while lines := file.readlines(_BLOCK):
                yield from (line for line in lines if any(word in line for word in words))
