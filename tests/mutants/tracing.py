"""Trace of the lines that each test runs, as JSON lines; it says which tests can notice a mutant."""

import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

Lines = dict[str, set[int]]


class LineTrace:
    """Lines of some files that run while it is on."""

    def __init__(self, files: Mapping[str, str]) -> None:
        # Path on this machine -> name of the file.
        self._files = files
        self._lines: Lines = defaultdict(set)

    @contextmanager
    def record(self) -> Iterator[Lines]:
        """Record the lines until the context ends, in all threads that begin meanwhile."""
        self._lines = defaultdict(set)
        threading.settrace(self._enter)
        sys.settrace(self._enter)
        try:
            yield self._lines
        finally:
            sys.settrace(None)
            threading.settrace(None)

    def _enter(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        file = self._files.get(frame.f_code.co_filename)
        if file is None:
            return None
        lines = self._lines[file]

        def trace(each: FrameType, _event: str, _argument: Any) -> Any:
            lines.add(each.f_lineno)
            return trace

        return trace


@dataclass
class Coverage:
    """Tests by line, and the processor seconds of each test."""

    seconds: dict[str, float] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    tests: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def load(cls, path: Path) -> "Coverage":
        """Read a trace; a file that does not exist is an empty one."""
        coverage = cls()
        for line in path.read_text().splitlines() if path.exists() else ():
            coverage.add(json.loads(line))
        return coverage

    def add(self, record: Mapping[str, Any]) -> None:
        """Add the record of one test."""
        test = record["test"]
        self.seconds[test] = record["seconds"]
        if not record["passed"]:
            self.failed.add(test)
            return
        for file, lines in record["lines"].items():
            for line in lines:
                self.tests[file, line].add(test)

    def tests_of(self, file: str, lines: tuple[int, int]) -> Set[str]:
        """Return the tests that run one of the lines."""
        return {test for line in range(lines[0], lines[1] + 1) for test in self.tests.get((file, line), ())}


def make_record(test: str, started_at: float, lines: Lines, *, passed: bool) -> dict[str, Any]:
    """Return the record of one test that has just ended."""
    listed = {file: sorted(numbers) for file, numbers in lines.items()}
    return {"test": test, "seconds": round(time.process_time() - started_at, 3), "passed": passed, "lines": listed}
