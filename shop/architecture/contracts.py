"""The project's own contract types: each runs one rule over the source, in the same command as the built-in ones."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

from shop.architecture.finding import Finding
from shop.architecture.rules import closed_world
from shop.architecture.source import Sources, read

CHECKOUT = Path(__file__).parents[2]


class RuleContract(Contract):
    """A contract whose verdict is a rule's: kept when it finds nothing."""

    rule: ClassVar[ModuleType]
    broken_contract_guidance = fields.TextField(required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - import-linter's shape
        """Run the rule over the files below the checkout."""
        judge: Callable[[Sources], Iterator[Finding]] = self.rule.check
        findings = sorted(judge(read(CHECKOUT)))
        return ContractCheck(kept=not findings, metadata={"findings": findings})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print a line for each finding, then why the rule is there."""
        findings: list[Any] = check.metadata["findings"]
        for finding in findings:
            output.print_error(f"- {finding}", bold=False)
        output.new_line()
        if self.broken_contract_guidance:
            output.print(str(self.broken_contract_guidance))


class ClosedWorld(RuleContract):
    """Every file is seen, every library is declared."""

    type_name = "closed_world"
    rule: ClassVar[ModuleType] = closed_world
