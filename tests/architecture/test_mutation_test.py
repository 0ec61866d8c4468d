"""Tests of the planted violations and of the mutation test itself."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from shop.architecture.contracts import CHECKOUT
from shop.architecture.matrix import load
from shop.architecture.mutations.mutation import GUARD_CHECK, UNDETECTED, WIRING_CHECK, Mutation, read_mutations
from shop.architecture.mutations.mutation_test import MutationRunner, prepare, run_mutation_test
from shop.architecture.rule_registry import RULES, Rule
from shop.container import Container
from shop.core.settings.settings import Settings
from tests.support.samples import sample

pytestmark = pytest.mark.slow
MUTATIONS = read_mutations()
WITHOUT_GUARD = [mutation for mutation in MUTATIONS if mutation.expected_check != GUARD_CHECK]


def find_nothing(_: object) -> Iterator[Any]:
    return iter(())


@pytest.fixture(scope="module")
def runner() -> MutationRunner:
    return prepare(CHECKOUT, partial(Container, Settings()))


@pytest.mark.parametrize("mutation", WITHOUT_GUARD, ids=lambda mutation: str(mutation.name))
def test_a_planted_violation_is_detected_by_its_check(runner: MutationRunner, mutation: Mutation) -> None:
    assert runner.find_check(mutation) == ("" if mutation.expected_check == UNDETECTED else mutation.expected_check)


def test_names_of_mutations_are_unique() -> None:
    assert [name for name, count in Counter(mutation.name for mutation in MUTATIONS).items() if count > 1] == []


def test_each_expected_check_exists() -> None:
    checks = (
        {rule.name for rule in RULES} | {contract.name for contract in load()} | {WIRING_CHECK, GUARD_CHECK, UNDETECTED}
    )
    assert {mutation.expected_check for mutation in MUTATIONS} <= checks


def test_each_undetected_mutation_has_a_reason() -> None:
    assert [
        mutation.name for mutation in MUTATIONS if (mutation.expected_check == UNDETECTED) is not bool(mutation.note)
    ] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))
def test_a_disabled_rule_leaves_its_mutations_undetected(runner: MutationRunner, rule: Rule) -> None:
    disabled = replace(runner, rules={**runner.rules, rule.name: replace(rule, check=find_nothing)})
    undetected = [p for p in MUTATIONS if p.expected_check == rule.name and not disabled.detects(rule.name, p)]
    assert len(undetected) == sum(mutation.expected_check == rule.name for mutation in MUTATIONS) >= 3


def test_there_are_300_detected_mutations() -> None:
    assert sum(mutation.expected_check != UNDETECTED for mutation in WITHOUT_GUARD) >= 300


def test_the_mutation_test_passes_on_the_project() -> None:
    mutations = sample(MUTATIONS, 60, key=lambda mutation: mutation.expected_check)
    report = run_mutation_test(CHECKOUT, partial(Container, Settings()), mutations=mutations)
    assert report.passed
    assert (report.cells, report.mismatches) == (256, ())
    assert len(report.detected) == sum(m.expected_check not in {UNDETECTED, GUARD_CHECK} for m in mutations)
    assert {result.mutation.expected_check for result in report.undetected} == {UNDETECTED}
    assert {result.mutation.expected_check for result in report.skipped} == {GUARD_CHECK}


def test_a_guard_without_findings_leaves_its_mutations_undetected(runner: MutationRunner) -> None:
    without_findings = replace(runner, run_guard=lambda _: [])
    mutations = [mutation for mutation in MUTATIONS if mutation.expected_check == GUARD_CHECK]
    assert {without_findings.find_check(mutation) for mutation in mutations} == {""}


def test_a_guard_checks_the_changed_container(runner: MutationRunner) -> None:
    containers: list[Any] = []

    def guard(container: Any) -> list[str]:
        containers.append(container)
        return ["a sibling"]

    mutation = next(mutation for mutation in MUTATIONS if mutation.expected_check == GUARD_CHECK)
    assert replace(runner, run_guard=guard).find_check(mutation) == GUARD_CHECK
    assert isinstance(containers[0], Container)


def test_a_mutation_test_with_a_disabled_rule_fails() -> None:
    rules = tuple(replace(rule, check=find_nothing) if rule.name == "lazy_rows" else rule for rule in RULES)
    mutations = [
        mutation for mutation in MUTATIONS if mutation.expected_check in {"lazy_rows", GUARD_CHECK, WIRING_CHECK}
    ]
    report = run_mutation_test(CHECKOUT, rules=rules, mutations=mutations)
    assert not report.passed
    assert {result.mutation.expected_check for result in report.skipped} == {GUARD_CHECK, WIRING_CHECK}
    *lines, summary = report.format_lines()
    assert "UNDETECTED  a relationship that loads: expected: lazy_rows" in lines
    assert "planted violations caught" in summary
