"""The proof that every rule can fail: violations are planted, one at a time, and somebody must notice each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

from importlinter import Contract

from shop.architecture import matrix
from shop.architecture.planted.graph import PlantedGraph, scan
from shop.architecture.planted.plant import GUARD, NOTHING, WIRING, Plant, read_plants
from shop.architecture.rulebook import RULES, Rule
from shop.architecture.source import Sources, read, source_of

PLANTS = read_plants()
MakeContainer = Callable[[], Any]
Guard = Callable[[Any], Sequence[object]]


@dataclass(frozen=True)
class Outcome:
    """What became of one plant; `by` is whoever noticed it, empty when nobody did."""

    plant: Plant
    by: str
    seconds: float
    # False where its judge was not handed over: the wiring and the guard stand above this package.
    tried: bool = True

    @property
    def as_said(self) -> bool:
        """Whether exactly that happened which the plant says."""
        return self.by == ("" if self.plant.caught_by == NOTHING else self.plant.caught_by)


@dataclass(frozen=True)
class Proof:
    """All outcomes, and the cells of the access table in which the contracts say something else than the table."""

    outcomes: tuple[Outcome, ...]
    cells: int
    surprises: tuple[str, ...]
    seconds: float

    @property
    def caught(self) -> tuple[Outcome, ...]:
        """The plants that were noticed."""
        return tuple(outcome for outcome in self.outcomes if outcome.by)

    @property
    def escaped(self) -> tuple[Outcome, ...]:
        """The plants that nobody noticed, the known escapes included."""
        return tuple(outcome for outcome in self.outcomes if outcome.tried and not outcome.by)

    @property
    def untried(self) -> tuple[Outcome, ...]:
        """The plants whose judge was not handed over."""
        return tuple(outcome for outcome in self.outcomes if not outcome.tried)

    @property
    def holds(self) -> bool:
        """Whether everything tried came out as its plant says, and the table as the contracts say."""
        return not self.surprises and all(outcome.as_said for outcome in self.outcomes if outcome.tried)

    def lines(self) -> Iterator[str]:
        """The proof for people: whatever is not as it should be, line by line; a summary last."""
        for outcome in self.escaped:
            expected = outcome.plant.note or f"expected: {outcome.plant.caught_by}"
            yield f"ESCAPED  {outcome.plant.name}: {expected}"
        for outcome in self.caught:
            if not outcome.as_said:
                yield f"ELSEWHERE  {outcome.plant.name}: {outcome.by}, not {outcome.plant.caught_by}"
        yield from (f"SURPRISE  {cell}" for cell in self.surprises)
        yield from (f"NOT TRIED  {outcome.plant.name}: no {outcome.plant.caught_by} here" for outcome in self.untried)
        yield self.summary

    @property
    def summary(self) -> str:
        """The proof in one line."""
        tried = len(self.caught) + len(self.escaped)
        cells = f"{self.cells - len(self.surprises)} of {self.cells} cells as the table says"
        return f"{len(self.caught)} of {tried} planted violations caught, {cells}, {self.seconds:.1f} s"


@dataclass(frozen=True)
class Bench:
    """Everything the plants are tried on, prepared once."""

    sources: Sources
    rules: Mapping[str, Rule]
    contracts: Mapping[str, Contract]
    graph: PlantedGraph
    make_container: MakeContainer | None
    run_guard: Guard | None
    numbers: Mapping[Plant, int]
    base: Any = field(repr=False)

    def caught_by(self, plant: Plant) -> str | None:
        """Whoever notices a plant: its own judge, else another one; None when its judge is not here."""
        if plant.caught_by == WIRING:
            return self._wired(plant) if self.make_container else None
        if plant.caught_by == GUARD:
            return self._guarded(plant) if self.make_container and self.run_guard else None
        if self.notices(plant.caught_by, plant):
            return plant.caught_by
        others = (name for name in chain(self.rules, self.contracts) if name != plant.caught_by)
        return next((name for name in others if self.notices(name, plant)), "")

    def notices(self, name: str, plant: Plant) -> bool:
        """Whether a rule or a contract turns red; a contract is asked about imports planted for contracts only."""
        if name in self.rules:
            findings = self.rules[name].check(self.sources.changed(plant.files))
            return any(finding.path in plant.files for finding in findings)
        if name in self.contracts and plant in self.numbers:
            return matrix.is_broken(self.contracts[name], self.graph.planted(self.base, self.numbers[plant]))
        return False

    def _wired(self, plant: Plant) -> str:
        container = self.make_container() if self.make_container else None
        for kind in _classes(_run(plant)):
            try:
                container.add(kind)  # type: ignore[union-attr]  # there is one: see caught_by
            except Exception as error:
                if type(error).__name__ != "WiringError":
                    raise
                return WIRING
        return ""

    def _guarded(self, plant: Plant) -> str:
        container = self.make_container() if self.make_container else None
        container.build()  # type: ignore[union-attr]  # there is one: see caught_by
        vars(_run(plant))["plant"](container)
        return GUARD if self.run_guard and self.run_guard(container) else ""


def prove(
    root: Path,
    make_container: MakeContainer | None = None,
    run_guard: Guard | None = None,
    rules: tuple[Rule, ...] = RULES,
) -> Proof:
    """Try every plant on the tree below `root`.

    Args:
        root: the checkout.
        make_container: makes a container of the app; without it, plants for wiring and guards are not tried.
        run_guard: what a guard finds wrong in a container that was built.
        rules: the rules to try, for tests that mute one.

    """
    start = perf_counter()
    bench = prepare(root, make_container, run_guard, rules)
    outcomes = tuple(_try(bench, plant) for plant in PLANTS)
    cells, surprises = matrix.surprises()
    return Proof(outcomes, cells, tuple(surprises), perf_counter() - start)


def prepare(
    root: Path,
    make_container: MakeContainer | None = None,
    run_guard: Guard | None = None,
    rules: tuple[Rule, ...] = RULES,
) -> Bench:
    """Read the tree, the contracts and the imports of all plants that a contract shall catch."""
    contracts = {contract.name: contract for contract in matrix.load(root / "importlinter.ini")}
    numbers = {plant: number for number, plant in enumerate(PLANTS) if plant.caught_by in contracts}
    graph = scan(root, [(number, plant) for plant, number in numbers.items()])
    by_name = {rule.name: rule for rule in rules}
    return Bench(read(root), by_name, contracts, graph, make_container, run_guard, numbers, graph.base())


def _try(bench: Bench, plant: Plant) -> Outcome:
    start = perf_counter()
    by = bench.caught_by(plant)
    return Outcome(plant, by or "", perf_counter() - start, tried=by is not None)


def _run(plant: Plant) -> ModuleType:
    """Run a planted file as the module that it would be."""
    ((path, text),) = plant.files.items()
    module = ModuleType(source_of(path, text).module)
    exec(compile(text, path, "exec"), vars(module))  # noqa: S102 - our own plants, from a file of this package
    return module


def _classes(module: ModuleType) -> Iterator[type]:
    own = partial(filter, lambda kind: isinstance(kind, type) and kind.__module__ == module.__name__)
    return own(list(vars(module).values()))
