"""Registry of all source rules, in reading order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

from shop.architecture.finding import Finding
from shop.architecture.rules import (
    closed_world,
    declared_libraries,
    dynamic_code,
    exception_numbers,
    hand_wiring,
    lazy_rows,
    method_names,
    naming,
    no_reexports,
    one_model,
    own_bases,
    own_names,
    plain_schemas,
    private_inside,
    reach,
    redis_keys,
    sessions,
    state_names,
    surroundings,
    transactional_writes,
    type_only,
)
from shop.architecture.source.source import Sources

Check = Callable[[Sources], Iterator[Finding]]


@dataclass(frozen=True)
class Rule:
    """Source rule; `reason` is the first line of its module's docstring."""

    name: str
    reason: str
    check: Check


def _make_rule(module: ModuleType) -> Rule:
    return Rule(module.RULE, (module.__doc__ or "").partition("\n")[0], module.check)


RULES = tuple(
    _make_rule(module)
    for module in (
        closed_world,
        private_inside,
        declared_libraries,
        own_names,
        no_reexports,
        type_only,
        dynamic_code,
        hand_wiring,
        own_bases,
        reach,
        sessions,
        transactional_writes,
        lazy_rows,
        one_model,
        plain_schemas,
        redis_keys,
        state_names,
        surroundings,
        naming,
        method_names,
        exception_numbers,
    )
)
RULES_BY_NAME = {rule.name: rule for rule in RULES}
