"""Tests that every rule passes on this project and has a contract."""

import re

import pytest
from importlinter.api import read_configuration

from shop.architecture import contracts
from shop.architecture.contracts import CHECKOUT, RuleContract
from shop.architecture.matrix import CONFIG
from shop.architecture.rule_registry import RULES, RULES_BY_NAME, Rule
from shop.architecture.source.source import Sources, read

OPTIONS = read_configuration(str(CONFIG))
OWN = {c["type"]: c for c in OPTIONS["contracts_options"] if c["type"] in RULES_BY_NAME}
EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read(CHECKOUT)


@EACH
def test_a_rule_finds_nothing_in_the_project(sources: Sources, rule: Rule) -> None:
    assert [str(finding) for finding in rule.check(sources)] == []


@EACH
def test_a_rule_is_a_contract_of_its_own(rule: Rule) -> None:
    listed = dict(line.split(": ") for line in OPTIONS["session_options"]["contract_types"])
    kind = getattr(contracts, listed[rule.name].rpartition(".")[2])
    assert issubclass(kind, RuleContract)
    assert kind.type_name == rule.name


@EACH
def test_the_contract_of_a_rule_has_a_sentence_and_guidance(rule: Rule) -> None:
    contract = OWN[rule.name]
    assert re.fullmatch(r"[A-Z]\w+( [\w,]+){2,}", contract["name"])
    guidance = " ".join(contract["broken_contract_guidance"])
    assert guidance.strip().endswith(".")
    assert len(guidance.split()) > 15


@EACH
def test_the_reason_of_a_rule_is_one_sentence(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z@`].{40,}\.", rule.reason)


def test_rules_and_contracts_are_the_same_in_number() -> None:
    assert set(OWN) == set(RULES_BY_NAME)
    assert len(RULES) == len(RULES_BY_NAME)


def test_the_source_is_parsed_once_for_all_contracts() -> None:
    assert contracts.sources() is contracts.sources()
