"""Mutation test of the rules: each planted violation must be detected."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

from importlinter import Contract

from shop.architecture import matrix
from shop.architecture.mutations.import_graph import MutationGraph, scan
from shop.architecture.mutations.mutation import GUARD_CHECK, UNDETECTED, WIRING_CHECK, Mutation, read_mutations
from shop.architecture.rule_registry import RULES, Rule
from shop.architecture.source.source import Sources, read, source_of

MUTATIONS = read_mutations()
MakeContainer = Callable[[], Any]
Guard = Callable[[Any], Sequence[object]]


@dataclass(frozen=True)
class MutationResult:
    """Result of one mutation; `detected_by` is empty when undetected."""

    mutation: Mutation
    detected_by: str
    seconds: float
    # False without the check: wiring and guard are above this package and are passed in.
    was_run: bool = True

    @property
    def is_expected(self) -> bool:
        """True when exactly the expected check detected the mutation."""
        return self.detected_by == ("" if self.mutation.expected_check == UNDETECTED else self.mutation.expected_check)


@dataclass(frozen=True)
class MutationReport:
    """All results, and the cells where contracts contradict the table."""

    results: tuple[MutationResult, ...]
    cells: int
    mismatches: tuple[str, ...]
    seconds: float

    @property
    def detected(self) -> tuple[MutationResult, ...]:
        """Detected mutations."""
        return tuple(result for result in self.results if result.detected_by)

    @property
    def undetected(self) -> tuple[MutationResult, ...]:
        """Undetected mutations, the known ones included."""
        return tuple(result for result in self.results if result.was_run and not result.detected_by)

    @property
    def skipped(self) -> tuple[MutationResult, ...]:
        """Mutations whose check was not provided."""
        return tuple(result for result in self.results if not result.was_run)

    @property
    def passed(self) -> bool:
        """True when all results are expected and contracts match the table."""
        return not self.mismatches and all(result.is_expected for result in self.results if result.was_run)

    def format_lines(self) -> Iterator[str]:
        """Yield each unexpected result as a line, and the summary last."""
        for result in self.undetected:
            expected = result.mutation.note or f"expected: {result.mutation.expected_check}"
            yield f"UNDETECTED  {result.mutation.name}: {expected}"
        for result in self.detected:
            if not result.is_expected:
                expected = result.mutation.expected_check
                yield f"OTHER CHECK  {result.mutation.name}: {result.detected_by}, not {expected}"
        yield from (f"MISMATCH  {cell}" for cell in self.mismatches)
        yield from (
            f"NOT RUN  {result.mutation.name}: no {result.mutation.expected_check} here" for result in self.skipped
        )
        yield self.summary

    @property
    def summary(self) -> str:
        """Summary in one line."""
        tried = len(self.detected) + len(self.undetected)
        cells = f"{self.cells - len(self.mismatches)} of {self.cells} cells as the table says"
        return f"{len(self.detected)} of {tried} planted violations caught, {cells}, {self.seconds:.1f} s"


@dataclass(frozen=True)
class MutationRunner:
    """Sources, rules and contracts, prepared once for all mutations."""

    sources: Sources
    rules: Mapping[str, Rule]
    contracts: Mapping[str, Contract]
    graph: MutationGraph
    make_container: MakeContainer | None
    run_guard: Guard | None
    numbers: Mapping[Mutation, int]
    base: Any = field(repr=False)

    def find_check(self, mutation: Mutation) -> str | None:
        """Return the detecting check; empty for none, None without its check."""
        if mutation.expected_check == WIRING_CHECK:
            return self._run_wiring(mutation) if self.make_container else None
        if mutation.expected_check == GUARD_CHECK:
            return self._run_guard_check(mutation) if self.make_container and self.run_guard else None
        if self.detects(mutation.expected_check, mutation):
            return mutation.expected_check
        others = (name for name in chain(self.rules, self.contracts) if name != mutation.expected_check)
        return next((name for name in others if self.detects(name, mutation)), "")

    def detects(self, name: str, mutation: Mutation) -> bool:
        """Return True when a rule or a contract reports the mutation.

        A contract is run only on mutations that name a contract.
        """
        if name in self.rules:
            findings = self.rules[name].check(self.sources.with_files(mutation.files))
            return any(finding.path in mutation.files for finding in findings)
        if name in self.contracts and mutation in self.numbers:
            return matrix.is_broken(self.contracts[name], self.graph.build_mutated(self.base, self.numbers[mutation]))
        return False

    def _run_wiring(self, mutation: Mutation) -> str:
        container = self.make_container() if self.make_container else None
        for kind in _classes(_load_module(mutation)):
            try:
                container.add(kind)  # type: ignore[union-attr]  # find_check has tested that it exists
            except Exception as error:
                if type(error).__name__ != "WiringError":
                    raise
                return WIRING_CHECK
        return ""

    def _run_guard_check(self, mutation: Mutation) -> str:
        container = self.make_container() if self.make_container else None
        container.build()  # type: ignore[union-attr]  # find_check has tested that it exists
        vars(_load_module(mutation))["mutate"](container)
        return GUARD_CHECK if self.run_guard and self.run_guard(container) else ""


def run_mutation_test(
    root: Path,
    make_container: MakeContainer | None = None,
    run_guard: Guard | None = None,
    rules: tuple[Rule, ...] = RULES,
    mutations: Sequence[Mutation] = MUTATIONS,
) -> MutationReport:
    """Run mutations on the tree below `root`.

    Args:
        root: The checkout.
        make_container: Builds a container of the app; without it, mutations for wiring and guards are skipped.
        run_guard: Returns the findings of the guards in a built container.
        rules: The rules to run; tests replace some.
        mutations: The mutations to run; tests run some.

    """
    start = perf_counter()
    runner = prepare(root, make_container, run_guard, rules)
    results = tuple(_run_mutation(runner, mutation) for mutation in mutations)
    cells, mismatches = matrix.find_mismatches()
    return MutationReport(results, cells, mismatches, perf_counter() - start)


def prepare(
    root: Path,
    make_container: MakeContainer | None = None,
    run_guard: Guard | None = None,
    rules: tuple[Rule, ...] = RULES,
) -> MutationRunner:
    """Read tree, contracts and the imports of all mutations for contracts."""
    contracts = {contract.name: contract for contract in matrix.load(root / "importlinter.ini")}
    numbers = {mutation: number for number, mutation in enumerate(MUTATIONS) if mutation.expected_check in contracts}
    graph = scan(root, [(number, mutation) for mutation, number in numbers.items()])
    by_name = {rule.name: rule for rule in rules}
    return MutationRunner(read(root), by_name, contracts, graph, make_container, run_guard, numbers, graph.build_base())


def _run_mutation(runner: MutationRunner, mutation: Mutation) -> MutationResult:
    start = perf_counter()
    detected_by = runner.find_check(mutation)
    return MutationResult(mutation, detected_by or "", perf_counter() - start, was_run=detected_by is not None)


def _load_module(mutation: Mutation) -> ModuleType:
    """Run a planted file as a module."""
    ((path, text),) = mutation.files.items()
    module = ModuleType(source_of(path, text).module)
    exec(compile(text, path, "exec"), vars(module))  # noqa: S102 - code from a file of this package
    return module


def _classes(module: ModuleType) -> Iterator[type]:
    values = list(vars(module).values())
    return (value for value in values if isinstance(value, type) and value.__module__ == module.__name__)
