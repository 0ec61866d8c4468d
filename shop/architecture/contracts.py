"""Custom import-linter contract types, one for each source rule."""

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
    """Return the parsed files of this checkout, cached for one run."""
    return read(CHECKOUT)


class RuleContract(Contract):
    """Contract that is kept when its source rule finds nothing."""

    type_name: str
    broken_contract_guidance = fields.TextField(required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - import-linter's shape
        """Run the rule over the files of this checkout."""
        findings = sorted(RULES_BY_NAME[self.type_name].check(sources()))
        return ContractCheck(kept=not findings, metadata={"findings": findings})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each finding and the guidance of the contract."""
        findings: list[Any] = check.metadata["findings"]
        for finding in findings:
            output.print_error(f"- {finding}", bold=False)
        output.new_line()
        if self.broken_contract_guidance:
            output.print(str(self.broken_contract_guidance))


class ClosedWorld(RuleContract):
    """Contract of the rule `closed_world`."""

    type_name = "closed_world"


class PrivateInside(RuleContract):
    """Contract of the rule `private_inside`."""

    type_name = "private_inside"


class DeclaredLibraries(RuleContract):
    """Contract of the rule `declared_libraries`."""

    type_name = "declared_libraries"


class OwnNames(RuleContract):
    """Contract of the rule `own_names`."""

    type_name = "own_names"


class NoReexports(RuleContract):
    """Contract of the rule `no_reexports`."""

    type_name = "no_reexports"


class TypeOnly(RuleContract):
    """Contract of the rule `type_only`."""

    type_name = "type_only"


class DynamicCode(RuleContract):
    """Contract of the rule `dynamic_code`."""

    type_name = "dynamic_code"


class HandWiring(RuleContract):
    """Contract of the rule `hand_wiring`."""

    type_name = "hand_wiring"


class OwnBases(RuleContract):
    """Contract of the rule `own_bases`."""

    type_name = "own_bases"


class Reach(RuleContract):
    """Contract of the rule `reach`."""

    type_name = "reach"


class SessionsContract(RuleContract):
    """Contract of the rule `sessions`."""

    type_name = "sessions"


class TransactionalWrites(RuleContract):
    """Contract of the rule `transactional_writes`."""

    type_name = "transactional_writes"


class LazyRows(RuleContract):
    """Contract of the rule `lazy_rows`."""

    type_name = "lazy_rows"


class OneModel(RuleContract):
    """Contract of the rule `one_model`."""

    type_name = "one_model"


class PlainSchemas(RuleContract):
    """Contract of the rule `plain_schemas`."""

    type_name = "plain_schemas"


class RedisKeys(RuleContract):
    """Contract of the rule `redis_keys`."""

    type_name = "redis_keys"


class StateNames(RuleContract):
    """Contract of the rule `state_names`."""

    type_name = "state_names"


class Surroundings(RuleContract):
    """Contract of the rule `surroundings`."""

    type_name = "surroundings"


class Naming(RuleContract):
    """Contract of the rule `naming`."""

    type_name = "naming"


class MethodNames(RuleContract):
    """Contract of the rule `method_names`."""

    type_name = "method_names"


class ExceptionNumbers(RuleContract):
    """Contract of the rule `exception_numbers`."""

    type_name = "exception_numbers"
