"""Results of trials in a file, so that an interrupted run continues."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import NamedTuple


class Status(StrEnum):
    """Result of a trial. UNFIT: its tests are not green without the defect."""

    NOTICED = "noticed"
    UNNOTICED = "not noticed"
    BROKEN = "broken"
    LATE = "late"
    UNFIT = "unfit"
    LOST = "patch does not apply"


class Result(NamedTuple):
    """Result of one defect; `detail` is the test that noticed it, or the reason."""

    name: str
    status: Status
    detail: str
    seconds: float
    digest: str


@dataclass
class Results:
    """Results by defect, and the selections that are green without a defect, by their digest."""

    path: Path
    by_name: dict[str, Result] = field(default_factory=dict)
    green_digests: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def load(cls, path: Path) -> "Results":
        """Read the results of the last run, if there are any."""
        if not path.exists():
            return cls(path)
        stored = json.loads(path.read_text(encoding="utf-8"))
        rows = [Result(**{**row, "status": Status(row["status"])}) for row in stored["results"]]
        return cls(path, {row.name: row for row in rows}, set(stored["green"]))

    def find(self, name: str, digest: str) -> Result | None:
        """Return the result of a defect, unless its file or tests have changed since."""
        result = self.by_name.get(name)
        return result if result and result.digest == digest else None

    def drop(self, names: Iterable[str]) -> None:
        """Forget the results of some defects."""
        for name in names:
            self.by_name.pop(name, None)

    def store(self, result: Result) -> None:
        """Store a result at once."""
        with self._lock:
            self.by_name[result.name] = result
            self._write()

    def store_green(self, digest: str) -> None:
        """Store that a selection is green without a defect."""
        with self._lock:
            self.green_digests.add(digest)
            self._write()

    def _write(self) -> None:
        rows = [result._asdict() for result in self.by_name.values()]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"results": rows, "green": sorted(self.green_digests)}, indent=1)
        # Replaced as a whole: a run that is interrupted here leaves the file of before.
        written = self.path.with_suffix(".new")
        written.write_text(text, encoding="utf-8")
        written.replace(self.path)
