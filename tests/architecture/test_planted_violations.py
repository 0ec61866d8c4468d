"""Whatever the rules forbid is planted in many forms, and somebody notices each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from shop.architecture.contracts import CHECKOUT
from shop.architecture.matrix import load
from shop.architecture.planted.plant import GUARD, NOTHING, WIRING, Plant, read_plants
from shop.architecture.prove import Bench, prepare, prove
from shop.architecture.rulebook import RULES, Rule
from shop.container import Container
from shop.core.settings import Settings

PLANTS = read_plants()
HERE = [plant for plant in PLANTS if plant.caught_by != GUARD]


def silent(_: object) -> Iterator[Any]:
    return iter(())


@pytest.fixture(scope="module")
def bench() -> Bench:
    return prepare(CHECKOUT, partial(Container, Settings()))


@pytest.mark.parametrize("plant", HERE, ids=lambda plant: str(plant.name))
def test_a_planted_violation_is_noticed_by_its_judge(bench: Bench, plant: Plant) -> None:
    assert bench.caught_by(plant) == ("" if plant.caught_by == NOTHING else plant.caught_by)


def test_each_plant_has_a_name_of_its_own() -> None:
    assert [name for name, count in Counter(plant.name for plant in PLANTS).items() if count > 1] == []


def test_each_judge_is_known() -> None:
    known = {rule.name for rule in RULES} | {contract.name for contract in load()} | {WIRING, GUARD, NOTHING}
    assert {plant.caught_by for plant in PLANTS} <= known


def test_each_escape_says_why() -> None:
    assert [plant.name for plant in PLANTS if (plant.caught_by == NOTHING) is not bool(plant.note)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))
def test_a_muted_rule_is_missed(bench: Bench, rule: Rule) -> None:
    muted = replace(bench, rules={**bench.rules, rule.name: replace(rule, check=silent)})
    missed = [p for p in PLANTS if p.caught_by == rule.name and not muted.notices(rule.name, p)]
    assert len(missed) == sum(plant.caught_by == rule.name for plant in PLANTS) >= 3


def test_the_proof_holds_and_counts() -> None:
    proof = prove(CHECKOUT, partial(Container, Settings()))
    assert proof.holds
    assert (proof.cells, proof.surprises) == (256, ())
    assert len(proof.caught) >= 300
    assert {outcome.plant.caught_by for outcome in proof.escaped} == {NOTHING}
    assert {outcome.plant.caught_by for outcome in proof.untried} == {GUARD}


def test_a_guard_that_sees_nothing_makes_the_proof_fail(bench: Bench) -> None:
    blind = replace(bench, run_guard=lambda _: [])
    plants = [plant for plant in PLANTS if plant.caught_by == GUARD]
    assert {blind.caught_by(plant) for plant in plants} == {""}


def test_a_guard_is_asked_about_the_container_that_was_tampered_with(bench: Bench) -> None:
    asked: list[Any] = []

    def guard(container: Any) -> list[str]:
        asked.append(container)
        return ["a sibling"]

    plant = next(plant for plant in PLANTS if plant.caught_by == GUARD)
    assert replace(bench, run_guard=guard).caught_by(plant) == GUARD
    assert isinstance(asked[0], Container)


def test_a_proof_with_a_muted_rule_fails_and_names_what_escaped() -> None:
    rules = tuple(replace(rule, check=silent) if rule.name == "lazy_rows" else rule for rule in RULES)
    proof = prove(CHECKOUT, rules=rules)
    assert not proof.holds
    assert {outcome.plant.caught_by for outcome in proof.untried} == {GUARD, WIRING}
    *lines, summary = proof.lines()
    assert "ESCAPED  a relationship that loads: expected: lazy_rows" in lines
    assert "planted violations caught" in summary
