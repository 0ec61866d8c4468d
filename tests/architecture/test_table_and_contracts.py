"""The table in Python and the contracts in importlinter.ini say the same, and say it in sentences."""

import re

import pytest
from importlinter import Contract

from shop.architecture.matrix import GRAPH_TYPES, find_protecting_contract, load, option_lines
from shop.architecture.table import (
    ASSEMBLY,
    INDEPENDENTS,
    STRUCTURES,
    Structure,
    may_use,
    of_module,
    structure,
    used_by,
)

CONTRACTS = load()
KINDS = pytest.mark.parametrize("kind", STRUCTURES, ids=lambda kind: str(kind.name))
# What enters a door: each unit, and each file inside of one.
FILES = {kind.name: f"shop.{kind.folder}.**" for kind in STRUCTURES}
WHAT_RUNS = {f"shop.{name}" for name in ASSEMBLY}


def named(name: str) -> Contract:
    (contract,) = (contract for contract in CONTRACTS if contract.name == name)
    return contract


def plural(name: str) -> str:
    return f"{name.removesuffix('y')}ies" if name.endswith("y") else f"{name}s"


def users_in_words(kind: Structure) -> str:
    if kind.name in INDEPENDENTS:
        return "every layer above them"
    *others, last = [plural(name) for name in reversed(used_by(kind.name))]
    return f"{', '.join(others)} and {last}" if others else last


@KINDS
def test_a_door_admits_whom_the_table_grants(kind: Structure) -> None:
    everybody = WHAT_RUNS if kind.name in INDEPENDENTS else set()
    door = named(find_protecting_contract(kind.folder))
    assert set(option_lines(door, "allowed_importers")) == {FILES[name] for name in used_by(kind.name)} | everybody
    assert door.contract_options["as_packages"] == "false"


@KINDS
def test_a_door_is_called_what_it_does(kind: Structure) -> None:
    assert find_protecting_contract(kind.folder) == f"{plural(kind.name)} answer {users_in_words(kind)}"


def test_the_core_door_admits_what_the_table_says() -> None:
    files = {FILES[kind.name] for kind in STRUCTURES if kind.uses_core}
    assert set(option_lines(named("The core answers every structure but Constants"), "allowed_importers")) == (
        files | WHAT_RUNS | {"shop.core.**", "shop.migrations.**"}
    )


def test_the_folder_contracts_list_every_folder() -> None:
    folders = {f"shop.{kind.folder}" for kind in STRUCTURES}
    assert set(option_lines(named("Package folders are not imported"), "protected_modules")) == folders | {"shop.core"}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: str(contract.name))
def test_a_contract_is_a_sentence_with_guidance(contract: Contract) -> None:
    assert re.fullmatch(r"[A-Z]\w+( [\w,]+){2,}", contract.name)
    guidance = " ".join(option_lines(contract, "broken_contract_guidance"))
    assert guidance.endswith(".")
    assert len(guidance.split()) > 15


def test_every_contract_is_known_to_the_matrix() -> None:
    assert {type(contract) for contract in CONTRACTS} == set(GRAPH_TYPES.values())
    assert len({contract.name for contract in CONTRACTS}) == len(CONTRACTS)


def test_the_linter_sees_libraries_and_lets_type_names_pass() -> None:
    options = CONTRACTS[0].session_options
    assert options["root_packages"] == ["shop"]
    assert options["include_external_packages"] == "True"
    assert options["exclude_type_checking_imports"] == "True"


def test_whatever_a_structure_may_use_is_built_before_it() -> None:
    names = [kind.name for kind in STRUCTURES]
    assert [
        (kind.name, used) for kind in STRUCTURES for used in kind.may_use if used not in names[: names.index(kind.name)]
    ] == []


def test_a_module_belongs_to_the_structure_of_its_folder() -> None:
    assert of_module("shop.services.item") is structure("Service")
    assert of_module("shop.services.stock.drain") is structure("Service")
    assert [of_module(name) for name in ("shop", "shop.services", "shop.core.errors", "other.services.item")] == [
        None
    ] * 4


def test_an_unknown_structure_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        may_use("Service", "Helper")
