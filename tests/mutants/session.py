"""pytest plugin that runs the tests under a trace, or the mutants in forked processes."""

import json
import time
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from tests.mutants.tracing import Coverage, LineTrace, make_record

# Fixtures of tests that start processes or servers: a mutant lives in this process only.
_PROCESS_FIXTURES = {"make_service", "shop", "make_valkey", "make_mariadb", "open_shop", "mariadb_and_valkey"}


class TestSession:
    """The collected tests, each run when it is asked for."""

    __test__ = False

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        self.items = {item.nodeid: item for item in session.items if not _starts_processes(item)}
        self.outcome = OutcomeWatch()
        session.config.pluginmanager.register(self.outcome)

    def run(self, test: str, following: str | None = None) -> bool:
        """Run a test up to its end or first failure; return True when it passed.

        `following` is the test whose shared fixtures stay.
        """
        item = self.items[test]
        self.outcome.passed = True
        item.ihook.pytest_runtest_protocol(item=item, nextitem=self.items[following or self._distant(test)])
        return self.outcome.passed

    def _distant(self, test: str) -> str:
        """Return a test of another folder, so that only the fixtures of the whole session stay."""
        folder = test.split("/")[1]
        return next((each for each in self.items if each.split("/")[1] != folder), test)


class OutcomeWatch:
    """Plugin that notes a failure of the running test."""

    def __init__(self) -> None:
        self.passed = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure in any phase."""
        self.passed = self.passed and not report.failed


class SessionPlugin:
    """Plugin that hands the collected tests to a function in place of pytest's loop."""

    def __init__(self, work: Callable[[TestSession], None]) -> None:
        self._work = work
        # A mutant fails often, and the smallest example of each failure is not wanted.
        settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None, deadline=None)
        settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do the work with the collected tests."""
        self._work(TestSession(session))
        return True


def trace_tests(session: TestSession, files: Sequence[str], path: Path) -> None:
    """Run each test that has no record yet, and add its record."""
    known = Coverage.load(path).seconds
    trace = LineTrace({str(Path(file).resolve()): file for file in files})
    tests = [test for test in session.items if test not in known]
    with path.open("a") as out:
        for test, following in zip_longest(tests, tests[1:]):
            started_at = time.process_time()
            with trace.record() as lines:
                passed = session.run(test, following)
            out.write(json.dumps(make_record(test, started_at, lines, passed=passed)) + "\n")
            out.flush()


def _starts_processes(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    # In some folders `shop` is a shop in this process.
    if "make_in_process_shop" in names:
        names.discard("shop")
    return bool(names & _PROCESS_FIXTURES)
