"""The verdict on the project: one for each row of the access table, each contract, and what is wired at run time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shop.architecture.audit.linter import ContractFact
from shop.architecture.finding import Finding
from shop.architecture.guards.runtime_guards import OBJECTS, PROVIDERS, Wired, check_objects, check_providers
from shop.architecture.table import INDEPENDENTS, STRUCTURES, Structure

ROW, CONTRACT, RUN_TIME, BASELINE = "row", "contract", "run time", "baseline"


@dataclass(frozen=True)
class Verdict:
    """One sentence and where it does not hold; a row repeats what contracts and run time found in its folder."""

    group: str
    id: str
    sentence: str
    findings: tuple[Finding, ...] = ()
    guidance: str = ""

    @property
    def kept(self) -> bool:
        """Whether it holds."""
        return not self.findings


@dataclass(frozen=True)
class Judgement:
    """All verdicts, rows first."""

    verdicts: tuple[Verdict, ...]

    @property
    def kept(self) -> bool:
        """Whether every sentence holds."""
        return all(verdict.kept for verdict in self.verdicts)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was found, each once, in the order of files and lines."""
        return tuple(sorted({f for verdict in self.verdicts if verdict.group != ROW for f in verdict.findings}))

    def of(self, group: str) -> tuple[Verdict, ...]:
        """The verdicts of one group."""
        return tuple(verdict for verdict in self.verdicts if verdict.group == group)

    def only(self, findings: Iterable[Finding]) -> "Judgement":
        """The same verdicts with these findings alone; the others are known."""
        left = frozenset(findings)
        return Judgement(
            tuple(replace(v, findings=tuple(f for f in v.findings if f in left)) for v in self.verdicts),
        )

    def plus(self, verdict: Verdict) -> "Judgement":
        """One verdict more."""
        return Judgement((*self.verdicts, verdict))


def pronounce(contracts: Iterable[ContractFact], container: Wired | None = None) -> Judgement:
    """Put contracts, and the graphs of a container where one is given, into verdicts."""
    general = [Verdict(CONTRACT, c.id, c.name, _found(c), c.guidance) for c in contracts]
    if container is not None:
        general += [
            Verdict(RUN_TIME, PROVIDERS, "Providers give what the table grants", tuple(check_providers(container))),
            Verdict(RUN_TIME, OBJECTS, "Instances hold what the table grants", tuple(check_objects(container))),
        ]
    rows = [_row(row, general) for row in reversed(STRUCTURES)]
    return Judgement((*rows, *general))


def sentence_of(row: Structure) -> str:
    """What a row of the table says: `Service may use Repository, Combination, independents`."""
    names = [name for name in row.may_use if name not in INDEPENDENTS]
    names += (
        ["independents"] if set(INDEPENDENTS) <= set(row.may_use) else [n for n in INDEPENDENTS if n in row.may_use]
    )
    return f"{row.name} may use {', '.join(names) or 'nothing'}"


def _row(row: Structure, verdicts: list[Verdict]) -> Verdict:
    folder = f"shop/{row.folder}/"
    found = sorted({f for verdict in verdicts for f in verdict.findings if f.path.startswith(folder)})
    return Verdict(ROW, row.folder, sentence_of(row), tuple(found))


def _found(contract: ContractFact) -> tuple[Finding, ...]:
    if contract.kept or contract.findings:
        return contract.findings
    # A contract that is broken without a place must not look kept.
    return (Finding("importlinter.ini", 1, contract.id, f"Broken: {contract.name}.", contract.guidance),)
