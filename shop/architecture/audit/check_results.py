"""Results of an architecture check: access rows, contracts and wiring."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shop.architecture.audit.linter import ContractFact
from shop.architecture.finding import Finding
from shop.architecture.guards.runtime_guards import OBJECTS, PROVIDERS, ContainerLike, check_objects, check_providers
from shop.architecture.table import INDEPENDENTS, STRUCTURES, Structure

ROW_GROUP, CONTRACT_GROUP, RUN_TIME_GROUP, BASELINE_GROUP = "row", "contract", "run time", "baseline"


@dataclass(frozen=True)
class CheckResult:
    """Checked sentence with its findings.

    A row of the table repeats the findings of contracts and wiring in its folder.
    """

    group: str
    id: str
    sentence: str
    findings: tuple[Finding, ...] = ()
    guidance: str = ""

    @property
    def passed(self) -> bool:
        """True without findings."""
        return not self.findings


@dataclass(frozen=True)
class CheckReport:
    """All results, rows of the access table first."""

    results: tuple[CheckResult, ...]

    @property
    def passed(self) -> bool:
        """True when every result passed."""
        return all(result.passed for result in self.results)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Distinct findings, ordered by file and line."""
        return tuple(sorted({f for result in self.results if result.group != ROW_GROUP for f in result.findings}))

    def find_group(self, group: str) -> tuple[CheckResult, ...]:
        """Return the results of one group."""
        return tuple(result for result in self.results if result.group == group)

    def with_findings(self, findings: Iterable[Finding]) -> "CheckReport":
        """Copy the report with only these findings."""
        left = frozenset(findings)
        return CheckReport(
            tuple(replace(v, findings=tuple(f for f in v.findings if f in left)) for v in self.results),
        )

    def with_result(self, result: CheckResult) -> "CheckReport":
        """Copy the report with one more result."""
        return CheckReport((*self.results, result))


def build_report(contracts: Iterable[ContractFact], container: ContainerLike | None = None) -> CheckReport:
    """Build the report from contracts and, optionally, a container."""
    general = [CheckResult(CONTRACT_GROUP, c.id, c.name, _contract_findings(c), c.guidance) for c in contracts]
    if container is not None:
        general += [
            CheckResult(
                RUN_TIME_GROUP, PROVIDERS, "Providers give what the table grants", tuple(check_providers(container))
            ),
            CheckResult(
                RUN_TIME_GROUP, OBJECTS, "Instances hold what the table grants", tuple(check_objects(container))
            ),
        ]
    rows = [_check_row(row, general) for row in reversed(STRUCTURES)]
    return CheckReport((*rows, *general))


def sentence_of(row: Structure) -> str:
    """Describe a row, as in `Service may use Repository, Combination, independents`."""
    names = [name for name in row.may_use if name not in INDEPENDENTS]
    names += (
        ["independents"] if set(INDEPENDENTS) <= set(row.may_use) else [n for n in INDEPENDENTS if n in row.may_use]
    )
    return f"{row.name} may use {', '.join(names) or 'nothing'}"


def _check_row(row: Structure, results: list[CheckResult]) -> CheckResult:
    folder = f"shop/{row.folder}/"
    findings = sorted({f for result in results for f in result.findings if f.path.startswith(folder)})
    return CheckResult(ROW_GROUP, row.folder, sentence_of(row), tuple(findings))


def _contract_findings(contract: ContractFact) -> tuple[Finding, ...]:
    if contract.kept or contract.findings:
        return contract.findings
    # A broken contract without a location must not look kept.
    return (Finding("importlinter.ini", 1, contract.id, f"Broken: {contract.name}.", contract.guidance),)
