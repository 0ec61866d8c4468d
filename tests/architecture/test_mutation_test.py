"""Whatever the rules forbid is planted in many forms, and somebody notices each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from shop.architecture.contracts import CHECKOUT
from shop.architecture.matrix import load
from shop.architecture.mutations.mutation import GUARD_JUDGE, UNDETECTED, WIRING_JUDGE, Mutation, read_mutations
from shop.architecture.mutations.mutation_test import MutationRunner, prepare, run_mutation_test
from shop.architecture.rule_registry import RULES, Rule
from shop.container import Container
from shop.core.settings.settings import Settings

PLANTS = read_mutations()
HERE = [plant for plant in PLANTS if plant.expected_judge != GUARD_JUDGE]


def silent(_: object) -> Iterator[Any]:
    return iter(())


@pytest.fixture(scope="module")
def bench() -> MutationRunner:
    return prepare(CHECKOUT, partial(Container, Settings()))


@pytest.mark.parametrize("plant", HERE, ids=lambda plant: str(plant.name))
def test_a_planted_violation_is_noticed_by_its_judge(bench: MutationRunner, plant: Mutation) -> None:
    assert bench.find_judge(plant) == ("" if plant.expected_judge == UNDETECTED else plant.expected_judge)


def test_each_plant_has_a_name_of_its_own() -> None:
    assert [name for name, count in Counter(plant.name for plant in PLANTS).items() if count > 1] == []


def test_each_judge_is_known() -> None:
    known = (
        {rule.name for rule in RULES} | {contract.name for contract in load()} | {WIRING_JUDGE, GUARD_JUDGE, UNDETECTED}
    )
    assert {plant.expected_judge for plant in PLANTS} <= known


def test_each_escape_says_why() -> None:
    assert [plant.name for plant in PLANTS if (plant.expected_judge == UNDETECTED) is not bool(plant.note)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))
def test_a_muted_rule_is_missed(bench: MutationRunner, rule: Rule) -> None:
    muted = replace(bench, rules={**bench.rules, rule.name: replace(rule, check=silent)})
    missed = [p for p in PLANTS if p.expected_judge == rule.name and not muted.detects(rule.name, p)]
    assert len(missed) == sum(plant.expected_judge == rule.name for plant in PLANTS) >= 3


def test_the_proof_holds_and_counts() -> None:
    proof = run_mutation_test(CHECKOUT, partial(Container, Settings()))
    assert proof.passed
    assert (proof.cells, proof.mismatches) == (256, ())
    assert len(proof.detected) >= 300
    assert {outcome.mutation.expected_judge for outcome in proof.undetected} == {UNDETECTED}
    assert {outcome.mutation.expected_judge for outcome in proof.skipped} == {GUARD_JUDGE}


def test_a_guard_that_sees_nothing_makes_the_proof_fail(bench: MutationRunner) -> None:
    blind = replace(bench, run_guard=lambda _: [])
    plants = [plant for plant in PLANTS if plant.expected_judge == GUARD_JUDGE]
    assert {blind.find_judge(plant) for plant in plants} == {""}


def test_a_guard_is_asked_about_the_container_that_was_tampered_with(bench: MutationRunner) -> None:
    asked: list[Any] = []

    def guard(container: Any) -> list[str]:
        asked.append(container)
        return ["a sibling"]

    plant = next(plant for plant in PLANTS if plant.expected_judge == GUARD_JUDGE)
    assert replace(bench, run_guard=guard).find_judge(plant) == GUARD_JUDGE
    assert isinstance(asked[0], Container)


def test_a_proof_with_a_muted_rule_fails_and_names_what_escaped() -> None:
    rules = tuple(replace(rule, check=silent) if rule.name == "lazy_rows" else rule for rule in RULES)
    proof = run_mutation_test(CHECKOUT, rules=rules)
    assert not proof.passed
    assert {outcome.mutation.expected_judge for outcome in proof.skipped} == {GUARD_JUDGE, WIRING_JUDGE}
    *lines, summary = proof.format_lines()
    assert "ESCAPED  a relationship that loads: expected: lazy_rows" in lines
    assert "planted violations caught" in summary
