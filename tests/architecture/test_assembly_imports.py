"""Tests of the import contracts of assembly, core, rules and package folders."""

import pytest

from shop.architecture.matrix import broken_by, find_protecting_contract
from shop.architecture.table import ASSEMBLY, INDEPENDENTS, STRUCTURES, Structure

pytestmark = pytest.mark.slow
MAP = "Imports point down the layers"
CORE_CONTRACT = "The core answers every structure but Constants"
ABOVE = (*ASSEMBLY, "architecture.table", "migrations.env")
KINDS = pytest.mark.parametrize("kind", STRUCTURES, ids=lambda kind: str(kind.name))


def test_an_unlisted_package_is_in_no_layer() -> None:
    assert broken_by("shop.helpers", "json") == [MAP]


def test_a_structure_does_not_import_an_unlisted_package() -> None:
    assert MAP in broken_by("shop.services.alpha", "shop.helpers")


@KINDS
@pytest.mark.parametrize("above", ABOVE)
def test_a_structure_imports_no_upper_package(kind: Structure, above: str) -> None:
    assert MAP in broken_by(f"shop.{kind.folder}.alpha", f"shop.{above}")


@KINDS
@pytest.mark.parametrize("assembly", ASSEMBLY)
def test_the_assembly_uses_the_independents_and_no_other_structure(kind: Structure, assembly: str) -> None:
    granted = kind.name in INDEPENDENTS
    assert broken_by(f"shop.{assembly}", f"shop.{kind.folder}.alpha") == (
        [] if granted else [find_protecting_contract(kind.folder)]
    )


@KINDS
@pytest.mark.parametrize("beside", ["architecture.table", "migrations.env", "core.clock"])
def test_rules_migrations_and_core_import_no_structure(kind: Structure, beside: str) -> None:
    assert find_protecting_contract(kind.folder) in broken_by(f"shop.{beside}", f"shop.{kind.folder}.alpha")


@KINDS
def test_every_structure_but_constants_may_import_the_core(kind: Structure) -> None:
    broken = broken_by(f"shop.{kind.folder}.alpha", "shop.core.clock")
    assert broken == ([] if kind.uses_core else [MAP, CORE_CONTRACT])


@pytest.mark.parametrize("above", ABOVE)
def test_the_core_imports_no_upper_package(above: str) -> None:
    assert MAP in broken_by("shop.core.clock", f"shop.{above}")


@pytest.mark.parametrize("importer", [*ASSEMBLY, "core.api.alpha", "migrations.env"])
def test_assembly_core_and_migrations_may_import_the_core(importer: str) -> None:
    assert broken_by(f"shop.{importer}", "shop.core.clock") == []


@pytest.mark.parametrize("importer", ["architecture.table", "services", "controllers"])
def test_rules_and_folders_may_not_import_the_core(importer: str) -> None:
    assert broken_by(f"shop.{importer}", "shop.core.clock") == [CORE_CONTRACT]


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("cli", "maintenance"),
        ("cli", "administration"),
        ("maintenance", "administration"),
        ("cli", "worker"),
        ("cli", "app"),
        ("cli", "container"),
        ("cli", "architecture.table"),
        ("cli", "migrations.env"),
        ("worker", "app"),
        ("worker", "container"),
        ("app", "container"),
        ("container", "architecture.table"),
    ],
)
def test_the_assembly_has_one_direction(importer: str, imported: str) -> None:
    assert broken_by(f"shop.{importer}", f"shop.{imported}") == []
    assert MAP in broken_by(f"shop.{imported}", f"shop.{importer}")


@pytest.mark.parametrize("folder", [*(kind.folder for kind in STRUCTURES), "core"])
def test_a_bare_folder_is_not_imported(folder: str) -> None:
    assert broken_by("shop.app", f"shop.{folder}") == ["Package folders are not imported"]


@KINDS
def test_the_root_package_imports_no_structure(kind: Structure) -> None:
    assert find_protecting_contract(kind.folder) in broken_by("shop", f"shop.{kind.folder}.alpha")


@KINDS
def test_a_file_inside_of_a_unit_does_not_import_the_init_of_the_unit(kind: Structure) -> None:
    assert find_protecting_contract(kind.folder) in broken_by(
        f"shop.{kind.folder}.alpha.inside", f"shop.{kind.folder}.alpha"
    )
