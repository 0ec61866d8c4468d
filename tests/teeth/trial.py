"""Trials: plant a defect in a copy of the checkout, and run the tests that must notice it."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Lock

from tests.teeth.checkout import ROOT, Checkout, copied_checkout
from tests.teeth.defect import Defect, PatchError
from tests.teeth.results import Result, Results, Status
from tests.teeth.selection_run import Verdict, can_import, run_selection

_STATUSES = {
    Verdict.RED: Status.NOTICED,
    Verdict.GREEN: Status.UNNOTICED,
    Verdict.BROKEN: Status.BROKEN,
    Verdict.LATE: Status.LATE,
}


@dataclass
class Trials:
    """Trials of defects, each in a copy of the checkout at `root`."""

    results: Results
    root: Path = ROOT
    copies: "SimpleQueue[Checkout]" = field(default_factory=SimpleQueue)
    selected: dict[str, tuple[list[str], Lock]] = field(default_factory=dict)

    def run(self, defects: Sequence[Defect], jobs: int) -> Iterator[Result]:
        """Yield the result of each defect, the stored ones first."""
        stored = {defect.name: self.results.find(defect.name, self._digest(defect)) for defect in defects}
        yield from (result for result in stored.values() if result)
        self.selected = _select_tests(defects)
        with ExitStack() as stack:
            for _ in range(jobs):
                self.copies.put(stack.enter_context(copied_checkout(self.root)))
            pool = stack.enter_context(ThreadPoolExecutor(jobs))
            # An interrupt waits for the running trials only.
            stack.callback(pool.shutdown, cancel_futures=True)
            pending = [pool.submit(self._try, defect) for defect in defects if not stored[defect.name]]
            yield from (future.result() for future in as_completed(pending))

    def _try(self, defect: Defect) -> Result:
        checkout = self.copies.get()
        try:
            status, detail, seconds = self._find_status(checkout, defect)
        finally:
            self.copies.put(checkout)
        result = Result(defect.name, status, detail, round(seconds, 1), self._digest(defect))
        self.results.store(result)
        return result

    def _find_status(self, checkout: Checkout, defect: Defect) -> tuple[Status, str, float]:
        try:
            # Before the tests run on the clean copy: a lost patch costs nothing.
            with checkout.planted(defect):
                pass
            if reason := self._explain_unfit(checkout, defect.tests):
                return Status.UNFIT, reason, 0.0
            with checkout.planted(defect):
                run = run_selection(checkout.folder, defect.tests)
                if run.verdict is Verdict.RED and not can_import(checkout.folder, defect.path):
                    return Status.BROKEN, "the module with the defect does not import", run.seconds
        except PatchError as error:
            return Status.LOST, str(error), 0.0
        return _STATUSES[run.verdict], run.detail, run.seconds

    def _explain_unfit(self, checkout: Checkout, tests: Sequence[str]) -> str:
        """Return why tests are not green without a defect; empty when they are."""
        reasons = (self._check_clean(checkout, file) for file in sorted(set(map(_file_of, tests))))
        return next(filter(None, reasons), "")

    def _check_clean(self, checkout: Checkout, file: str) -> str:
        # All selected tests of a file together: that takes less time than each selection by itself.
        tests, lock = self.selected[file]
        digest = _digest([*tests, *self._texts(tests)])
        with lock:
            if digest in self.results.green_digests:
                return ""
            clean = run_selection(checkout.folder, tests)
            if clean.verdict is not Verdict.GREEN:
                return f"{file} is {clean.verdict} without the defect: {clean.detail}"
            self.results.store_green(digest)
            return ""

    def _digest(self, defect: Defect) -> str:
        try:
            patched = defect.patch(self.root.joinpath(defect.path).read_text(encoding="utf-8"))
        except (PatchError, OSError) as error:
            patched = str(error)
        return _digest([defect.path, patched, *defect.tests, *self._texts(defect.tests)])

    def _texts(self, tests: Iterable[str]) -> list[str]:
        files = sorted(set(map(_file_of, tests)))
        return [self.root.joinpath(file).read_text(encoding="utf-8") for file in files]


def _file_of(test: str) -> str:
    return test.partition("::")[0]


def _select_tests(defects: Iterable[Defect]) -> dict[str, tuple[list[str], Lock]]:
    """Return the tests that any of the defects names, by file, each with a lock for their run."""
    tests = sorted({test for defect in defects for test in defect.tests})
    # The name of a whole file selects all its tests.
    return {
        file: ([file] if file in tests else [test for test in tests if _file_of(test) == file], Lock())
        for file in set(map(_file_of, tests))
    }


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def try_all(defects: Sequence[Defect], results: Results, jobs: int, report: Callable[[Result], None]) -> list[Result]:
    """Try defects and report each result; return all results in the order of the defects."""
    by_name = {}
    for result in Trials(results).run(defects, jobs):
        by_name[result.name] = result
        report(result)
    return [by_name[defect.name] for defect in defects]
