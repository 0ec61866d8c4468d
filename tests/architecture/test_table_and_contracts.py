"""Tests that the contracts of importlinter.ini equal the access table."""

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
# Importers in a protected contract: each unit, and each file inside of one.
FILES = {kind.name: f"shop.{kind.folder}.**" for kind in STRUCTURES}
ASSEMBLY_MODULES = {f"shop.{name}" for name in ASSEMBLY}


def named(name: str) -> Contract:
    (contract,) = (contract for contract in CONTRACTS if contract.name == name)
    return contract


def plural(name: str) -> str:
    return f"{name.removesuffix('y')}ies" if name.endswith("y") else f"{name}s"


def contract_name(kind: Structure) -> str:
    if kind.name in INDEPENDENTS:
        return f"{plural(kind.name)} answer every layer above them"
    users = [plural(name) for name in reversed(used_by(kind.name))]
    if not users:
        return f"Nothing imports {plural(kind.name)}"
    *others, last = users
    return f"{plural(kind.name)} answer {' and '.join([', '.join(others), last] if others else [last])}"


@KINDS
def test_a_protected_contract_permits_the_importers_of_the_table(kind: Structure) -> None:
    assembly = ASSEMBLY_MODULES if kind.name in INDEPENDENTS else set()
    contract = named(find_protecting_contract(kind.folder))
    assert set(option_lines(contract, "allowed_importers")) == {FILES[name] for name in used_by(kind.name)} | assembly
    assert contract.contract_options["as_packages"] == "false"


@KINDS
def test_a_protected_contract_is_named_after_its_importers(kind: Structure) -> None:
    assert find_protecting_contract(kind.folder) == contract_name(kind)


def test_the_core_contract_permits_the_importers_of_the_table() -> None:
    files = {FILES[kind.name] for kind in STRUCTURES if kind.uses_core}
    assert set(option_lines(named("The core answers every structure but Constants"), "allowed_importers")) == (
        files | ASSEMBLY_MODULES | {"shop.core.**", "shop.migrations.**"}
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


def test_the_matrix_checks_every_contract() -> None:
    assert {type(contract) for contract in CONTRACTS} == set(GRAPH_TYPES.values())
    assert len({contract.name for contract in CONTRACTS}) == len(CONTRACTS)


def test_the_linter_reads_libraries_and_skips_type_names() -> None:
    options = CONTRACTS[0].session_options
    assert options["root_packages"] == ["shop"]
    assert options["include_external_packages"] == "True"
    assert options["exclude_type_checking_imports"] == "True"


def test_a_structure_is_built_after_all_that_it_may_use() -> None:
    names = [kind.name for kind in STRUCTURES]
    assert [
        (kind.name, used) for kind in STRUCTURES for used in kind.may_use if used not in names[: names.index(kind.name)]
    ] == []


def test_a_module_belongs_to_the_structure_of_its_folder() -> None:
    assert of_module("shop.services.item") is structure("Service")
    assert of_module("shop.services.stock.writing") is structure("Service")
    assert [of_module(name) for name in ("shop", "shop.services", "shop.core.errors", "other.services.item")] == [
        None
    ] * 4


def test_an_unknown_structure_raises_key_error() -> None:
    with pytest.raises(KeyError):
        may_use("Service", "Helper")
