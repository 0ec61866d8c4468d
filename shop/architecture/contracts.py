"""The project's own contract types: each runs one rule over the source, in the same command as the built-in ones."""

from functools import cache
from pathlib import Path
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

from shop.architecture.rule_registry import RULES_BY_NAME
from shop.architecture.source.source import Sources, read

CHECKOUT = Path(__file__).parents[2]


@cache
def sources() -> Sources:
    """The files below the checkout, parsed once for all rules of a run."""
    return read(CHECKOUT)


class RuleContract(Contract):
    """A contract whose verdict is a rule's: kept when the rule called like its type finds nothing."""

    type_name: str
    broken_contract_guidance = fields.TextField(required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - import-linter's shape
        """Run the rule over the files below the checkout."""
        findings = sorted(RULES_BY_NAME[self.type_name].check(sources()))
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
    """Every file is seen."""

    type_name = "closed_world"


class PrivateInside(RuleContract):
    """The inside of a unit is its own."""

    type_name = "private_inside"


class DeclaredLibraries(RuleContract):
    """Every outside library is asked for, and has a place."""

    type_name = "declared_libraries"


class OwnNames(RuleContract):
    """No name is borrowed through a third file."""

    type_name = "own_names"


class NoReexports(RuleContract):
    """No file reexports its imports."""

    type_name = "no_reexports"


class TypeOnly(RuleContract):
    """Only Models are imported for annotations."""

    type_name = "type_only"


class DynamicCode(RuleContract):
    """Nothing is imported or asked for as text."""

    type_name = "dynamic_code"


class HandWiring(RuleContract):
    """Collaborators come from the container alone."""

    type_name = "hand_wiring"


class OwnBases(RuleContract):
    """Each base class of the core stays in its layer."""

    type_name = "own_bases"


class Reach(RuleContract):
    """No class reaches through a collaborator."""

    type_name = "reach"


class SessionsContract(RuleContract):
    """SQL is sent by Repositories, and ended by the core."""

    type_name = "sessions"


class TransactionalWrites(RuleContract):
    """Every entry point that writes is transactional."""

    type_name = "transactional_writes"


class LazyRows(RuleContract):
    """No row loads when it is touched."""

    type_name = "lazy_rows"


class OneModel(RuleContract):
    """One Repository, one Model."""

    type_name = "one_model"


class PlainSchemas(RuleContract):
    """A Schema names fields."""

    type_name = "plain_schemas"


class RedisKeys(RuleContract):
    """Each Redis key has one owner."""

    type_name = "redis_keys"


class StateNames(RuleContract):
    """States are written as enum members."""

    type_name = "state_names"


class Surroundings(RuleContract):
    """The layers work on values."""

    type_name = "surroundings"


class Naming(RuleContract):
    """Files and classes follow the naming rules."""

    type_name = "naming"


class MethodNames(RuleContract):
    """A verb promises."""

    type_name = "method_names"


class ExceptionNumbers(RuleContract):
    """A failure's number tells its status and its noun."""

    type_name = "exception_numbers"
