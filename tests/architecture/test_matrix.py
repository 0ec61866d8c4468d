"""Tests of every cell of the access table against the contracts."""

import pytest

from shop.architecture.matrix import broken_by, build_graph, find_protecting_contract, is_broken, load
from shop.architecture.table import STRUCTURES, Structure, may_use, structure, used_by
from tests.support.samples import sample

pytestmark = pytest.mark.slow
CELLS = [(importer, imported) for importer in STRUCTURES for imported in STRUCTURES]
GRANTED = [cell for cell in CELLS if may_use(cell[0].name, cell[1].name)]
FORBIDDEN = [cell for cell in CELLS if not may_use(cell[0].name, cell[1].name)]

SAMPLED = sample(FORBIDDEN, 12)


def by_name(kind: Structure) -> str:
    return kind.name


def in_words(cells: list[tuple[Structure, Structure]]) -> list[str]:
    return [f"{importer.name} imports {imported.name}" for importer, imported in cells]


def test_the_matrix_has_every_cell() -> None:
    assert len(CELLS) == len(GRANTED) + len(FORBIDDEN) == 16 * 16


@pytest.mark.parametrize(("importer", "imported"), GRANTED, ids=in_words(GRANTED))
def test_a_granted_import_breaks_no_contract(importer: Structure, imported: Structure) -> None:
    assert broken_by(f"shop.{importer.folder}.alpha", f"shop.{imported.folder}.beta") == []


@pytest.mark.parametrize(("importer", "imported"), FORBIDDEN, ids=in_words(FORBIDDEN))
def test_any_other_import_breaks_the_protected_contract(importer: Structure, imported: Structure) -> None:
    broken = broken_by(f"shop.{importer.folder}.alpha", f"shop.{imported.folder}.beta")
    assert find_protecting_contract(imported.folder) in broken


def find_broken_contracts(importer: str, imported: str) -> list[str]:
    """Check every contract against the graph with one more import, without leaving one out."""
    graph = build_graph()
    graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    return [contract.name for contract in load() if is_broken(contract, graph)]


@pytest.mark.parametrize(("importer", "imported"), SAMPLED, ids=in_words(SAMPLED))
def test_no_broken_contract_is_left_out(importer: Structure, imported: Structure) -> None:
    names = (f"shop.{importer.folder}.alpha", f"shop.{imported.folder}.beta")
    assert broken_by(*names) == find_broken_contracts(*names)


@pytest.mark.parametrize(("importer", "imported"), GRANTED, ids=in_words(GRANTED))
def test_a_file_inside_of_a_unit_may_import_what_its_structure_may(importer: Structure, imported: Structure) -> None:
    assert broken_by(f"shop.{importer.folder}.alpha.inside", f"shop.{imported.folder}.beta") == []


@pytest.mark.parametrize(("importer", "imported"), FORBIDDEN, ids=in_words(FORBIDDEN))
def test_a_file_inside_of_a_unit_may_import_nothing_else(importer: Structure, imported: Structure) -> None:
    broken = broken_by(f"shop.{importer.folder}.alpha.inside", f"shop.{imported.folder}.beta")
    assert find_protecting_contract(imported.folder) in broken


@pytest.mark.parametrize("kind", STRUCTURES, ids=by_name)
def test_a_unit_may_import_its_own_inside(kind: Structure) -> None:
    assert broken_by(f"shop.{kind.folder}.alpha", f"shop.{kind.folder}.alpha.inside") == []


@pytest.mark.parametrize("kind", STRUCTURES, ids=by_name)
def test_siblings_may_not_import_each_other(kind: Structure) -> None:
    assert not may_use(kind.name, kind.name)
    assert find_protecting_contract(kind.folder) in broken_by(f"shop.{kind.folder}.beta", f"shop.{kind.folder}.alpha")


@pytest.mark.parametrize("imported", [kind for kind in STRUCTURES if used_by(kind.name)], ids=by_name)
def test_a_grant_does_not_hold_for_the_init_of_a_folder(imported: Structure) -> None:
    importer = structure(used_by(imported.name)[-1])
    broken = broken_by(f"shop.{importer.folder}", f"shop.{imported.folder}.alpha")
    assert broken == [find_protecting_contract(imported.folder)]
