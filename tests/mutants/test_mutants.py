"""Tests of the mutation tests: their operators, the exchange of code, and the forked processes."""

import gc
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutants.code_swap import swap_code
from tests.mutants.forks import run_forked
from tests.mutants.mutants import Mutant, SourceFile
from tests.mutants.tracing import Coverage, LineTrace, make_record

pytestmark = pytest.mark.slow
TEXT = '''
"""Sample."""

from functools import lru_cache


class Sale:
    limit = 3

    @property
    def is_over(self) -> bool:
        """Return True at the limit."""
        return self.limit <= 0

    @staticmethod
    def total(price: int, count: int = 1, *, tax: int = 0) -> int:
        if not count:
            raise ValueError("no count")
        return price * count + tax


def negative(function):
    def run(*args):
        return 0 - function(*args)

    return run


@negative
def triple(number: int) -> int:
    return number * 3


@lru_cache
def double(number: int) -> int:
    return Sale.total(number, 2, tax=number == 7 and 1)
'''


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SourceFile:
    """A module that has been imported."""
    (tmp_path / "sample_sale.py").write_text(TEXT)
    source = SourceFile(tmp_path, "sample_sale.py")
    module = ModuleType("sample_sale")
    exec(compile(TEXT, str(source.path), "exec"), vars(module))
    monkeypatch.setitem(sys.modules, "sample_sale", module)
    return source


def find(source: SourceFile, operator: str) -> Mutant:
    return next(mutant for mutant in source.mutants() if mutant.operator == operator)


def test_every_change_of_the_sample_is_found(sample: SourceFile) -> None:
    assert [(mutant.function, mutant.operator) for mutant in sample.mutants()] == [
        ("Sale.is_over", "return None"),
        ("Sale.is_over", "lte -> lt"),
        ("Sale.is_over", "0 -> 1"),
        ("Sale.total", "not removed"),
        ("Sale.total", "statement removed"),
        ("Sale.total", "return None"),
        ("Sale.total", "add -> sub"),
        ("Sale.total", "mult -> floordiv"),
        ("negative", "return None"),
        ("negative", "sub -> add"),
        ("negative", "0 -> 1"),
        ("negative", "return None"),
        ("triple", "return None"),
        ("triple", "mult -> floordiv"),
        ("triple", "3 -> 4"),
        ("double", "return None"),
        ("double", "arguments swapped"),
        ("double", "tax= removed"),
        ("double", "2 -> 3"),
        ("double", "and -> or"),
        ("double", "eq -> noteq"),
        ("double", "7 -> 8"),
        ("double", "1 -> 2"),
    ]


def test_names_of_mutants_are_unique(sample: SourceFile) -> None:
    names = [mutant.name for mutant in sample.mutants()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("operator", "is_over", "taxed", "doubled"),
    [("lte -> lt", False, 11, 10), ("add -> sub", True, -11, 10), ("2 -> 3", True, 11, 15)],
)
def test_every_reference_to_a_function_runs_its_changed_code(
    sample: SourceFile, operator: str, is_over: bool, taxed: int, doubled: int
) -> None:
    module = sys.modules["sample_sale"]
    sale, total = module.Sale(), module.Sale.total
    sale.limit = 0
    # `double` keeps this result in its cache.
    assert (sale.is_over, total(0, 1, tax=11), module.double(5)) == (True, 11, 10)
    mutant = find(sample, operator)

    swap_code("sample_sale", mutant.function, sample.compile(mutant))

    assert (sale.is_over, total(0, 1, tax=11), module.double(5)) == (is_over, taxed, doubled)


def test_a_function_that_a_decorator_has_made_is_changed_as_well(sample: SourceFile) -> None:
    mutant = find(sample, "sub -> add")
    gc.freeze()

    swap_code("sample_sale", mutant.function, sample.compile(mutant))

    assert sys.modules["sample_sale"].triple(5) == 15


def test_a_forked_process_leaves_this_one_as_it_was(sample: SourceFile) -> None:
    module, mutant = sys.modules["sample_sale"], find(sample, "mult -> floordiv")

    def work() -> str:
        swap_code("sample_sale", mutant.function, sample.compile(mutant))
        return f"{module.Sale.total(7, 2)} {os.getpid() != parent}"

    parent = os.getpid()
    assert run_forked(work, 5).answer == "3 True"
    assert module.Sale.total(7, 2) == 14


def test_an_endless_mutant_ends_at_its_limit() -> None:
    def work() -> str:
        while True:
            pass

    outcome = run_forked(work, 1)
    assert (outcome.answer, outcome.timed_out) == (None, True)


def test_a_process_that_dies_has_no_answer() -> None:
    outcome = run_forked(lambda: os._exit(3), 5)
    assert (outcome.answer, outcome.timed_out) == (None, False)


def test_the_trace_names_the_tests_of_each_line(sample: SourceFile) -> None:
    trace, module = LineTrace({str(sample.path): sample.file}), sys.modules["sample_sale"]
    coverage = Coverage()
    with trace.record() as lines:
        module.Sale.total(1)
    coverage.add(make_record("test_of_totals", 0.0, lines, passed=True))
    with trace.record() as lines:
        assert not module.Sale().is_over
    coverage.add(make_record("test_of_the_end", 0.0, lines, passed=True))
    coverage.add(make_record("test_that_fails", 0.0, lines, passed=False))

    tests = {mutant.function: coverage.tests_of(sample.file, mutant.lines) for mutant in sample.mutants()}
    expected = {"Sale.is_over": {"test_of_the_end"}, "Sale.total": {"test_of_totals"}}
    assert {function: names for function, names in tests.items() if names} == expected
    assert coverage.failed == {"test_that_fails"}
