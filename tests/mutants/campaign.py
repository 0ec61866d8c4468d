"""Campaign over mutants: which test notices each of them."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import accumulate
from pathlib import Path
from typing import Any

from tests.mutants.code_swap import swap_code
from tests.mutants.forks import Outcome, run_forked
from tests.mutants.mutants import Mutant, SourceFile
from tests.mutants.session import TestSession
from tests.mutants.tracing import Coverage

_CPU_LIMIT_SECONDS = 15
_CHEAP_SECONDS = 0.05
# Tests that a mutant meets in any case, however long they take.
_TESTS_MIN = 5


class Status(StrEnum):
    """Verdict on a mutant."""

    KILLED = "killed"
    TIMEOUT = "timeout"
    SURVIVED = "survived"
    NOT_COVERED = "not covered"
    # The change is no program, or no function of this process has the code.
    INVALID = "invalid"


class Campaign:
    """Mutants of some files, run one after the other in forked processes."""

    def __init__(self, session: TestSession, coverage: Coverage, results: Path, patience: float) -> None:
        self._session, self._coverage, self._results, self._patience = session, coverage, results, patience
        self._usable = set(session.items) - coverage.failed
        self._warm: set[str] = set()
        self._proven: set[str] = set()
        self._kills: dict[str, Counter[str]] = defaultdict(Counter)

    def run(self, mutants: Sequence[tuple[SourceFile, Mutant]]) -> None:
        """Run the mutants, and append one result for each."""
        with self._results.open("a") as out:
            for source, mutant in mutants:
                result = {**describe(source, mutant), **self._judge(source, mutant)}
                out.write(json.dumps(result) + "\n")
                out.flush()

    def _judge(self, source: SourceFile, mutant: Mutant) -> Mapping[str, Any]:
        covering = sorted(self._coverage.tests_of(mutant.file, mutant.lines) & self._usable)
        if not covering:
            return {"status": Status.NOT_COVERED}
        try:
            code = source.compile(mutant)
        except (SyntaxError, LookupError) as error:
            return {"status": Status.INVALID, "reason": str(error)}
        tests = self._select(covering, f"{mutant.file} {mutant.function}")
        self._warm_up(tests)

        def work() -> str:
            try:
                swap_code(source.module, mutant.function, code)
            except (LookupError, ValueError) as error:
                return f"invalid {error}"
            return self._first_failure(tests)

        outcome = run_forked(work, _CPU_LIMIT_SECONDS)
        if outcome.answer and not outcome.answer.startswith("invalid") and not self._is_proven(outcome.answer):
            return self._judge(source, mutant)
        return self._verdict(mutant, outcome, len(tests), len(covering))

    def _verdict(self, mutant: Mutant, outcome: Outcome, chosen: int, covering: int) -> Mapping[str, Any]:
        figures = {"seconds": outcome.seconds, "tests": chosen, "covering": covering}
        if outcome.answer is None:
            status = Status.TIMEOUT if outcome.timed_out else Status.KILLED
            return {"status": status, "test": "the process ended", **figures}
        if outcome.answer.startswith("invalid"):
            return {"status": Status.INVALID, "reason": outcome.answer, **figures}
        if not outcome.answer:
            return {"status": Status.SURVIVED, **figures}
        self._kills[f"{mutant.file} {mutant.function}"][outcome.answer] += 1
        return {"status": Status.KILLED, "test": outcome.answer, **figures}

    def _select(self, covering: Sequence[str], function: str) -> list[str]:
        """Return the tests that noticed other mutants of the function, then the cheapest, within the patience.

        Of tests that use a store, those of different functions come before further cases of one function.
        """
        kills, seconds = self._kills[function], self._coverage.seconds
        cases: Counter[str] = Counter()
        ranks = {}
        for test in sorted(covering, key=lambda test: seconds[test]):
            ranks[test] = (-kills[test], cases[test.partition("[")[0]], seconds[test])
            cases[test.partition("[")[0]] += seconds[test] > _CHEAP_SECONDS
        ordered = sorted(covering, key=ranks.__getitem__)
        costs = accumulate(seconds[test] for test in ordered)
        ranked = enumerate(zip(ordered, costs, strict=True))
        return [test for rank, (test, cost) in ranked if rank < _TESTS_MIN or cost <= self._patience]

    def _warm_up(self, tests: Sequence[str]) -> None:
        """Run one test of each module in this process, so that the forked ones inherit its shared fixtures."""
        for test in tests:
            module = test.partition("::")[0]
            if module not in self._warm:
                self._warm.add(module)
                self._session.run(test)

    def _is_proven(self, test: str) -> bool:
        """Return True when a test passes in a forked process without a mutant; otherwise it is used no more."""
        if test not in self._proven:
            outcome = run_forked(lambda: self._first_failure([test]), 3 * _CPU_LIMIT_SECONDS)
            (self._usable.discard if outcome.answer != "" else self._proven.add)(test)
        return test in self._proven

    def _first_failure(self, tests: Sequence[str]) -> str:
        """Return the first test that fails, or an empty text."""
        for test, following in zip(tests, [*tests[1:], None], strict=True):
            if not self._session.run(test, following):
                return test
        return ""


def describe(source: SourceFile, mutant: Mutant) -> dict[str, Any]:
    """Return the facts of a mutant for its result."""
    facts = {"file": mutant.file, "line": mutant.line, "function": mutant.function, "operator": mutant.operator}
    return {"name": mutant.name, "digest": source.digest, **facts, "text": source.show_line(mutant.line)}


def load_results(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the newest result of each mutant whose file has not changed since."""
    newest: dict[str, dict[str, Any]] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        result = json.loads(line)
        newest[result["name"]] = result
    digests: dict[str, str] = {}
    root = Path(__file__).parents[2]
    for result in newest.values():
        file = result["file"]
        if file not in digests:
            digests[file] = SourceFile(root, file).digest if (root / file).exists() else ""
        if digests[file] == result["digest"]:
            yield result
