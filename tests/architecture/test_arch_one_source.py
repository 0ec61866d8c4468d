"""Tests that map, contracts, wiring, guards and docs agree with the access table."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shop.architecture.audit.check_results import sentence_of
from shop.architecture.audit.linter import CHECKOUT
from shop.architecture.guards.runtime_guards import may_hold
from shop.architecture.matrix import broken_by
from shop.architecture.source.module_kinds import KINDS, grants, is_structure, kind_of
from shop.architecture.table import ASSEMBLY, INDEPENDENTS, STRUCTURES, Structure, may_use, structure
from shop.container import Container, WiringError
from shop.core.settings.settings import Settings
from tests.architecture.samples.units import unit

PAGE = CHECKOUT / "docs" / "audit" / "README.md"
OTHER_KINDS = {
    "core": ("shop.core.api.alpha", "shop.core.clock"),
    "migrations": ("shop.migrations.env",) * 2,
    "architecture": ("shop.architecture.commands", "shop.architecture.table"),
    **{name: (f"shop.{name}",) * 2 for name in ASSEMBLY},
}


def file_of(kind: str, *, imported: bool) -> str:
    if is_structure(kind):
        return f"shop.{structure(kind).folder}.{'beta' if imported else 'alpha'}"
    return OTHER_KINDS[kind][imported]


def pairs_beside_the_matrix() -> Iterator[tuple[str, str]]:
    """Yield the pairs of kinds that the access matrix does not have.

    At least one kind of each pair is no structure.
    """
    kinds = [kind for kind in KINDS if kind != "shop"]
    for first in kinds:
        for second in kinds:
            both = is_structure(first) and is_structure(second)
            if not both and file_of(first, imported=False) != file_of(second, imported=True):
                yield first, second


@pytest.mark.parametrize("first", [kind for kind in KINDS if kind != "shop"])
def test_the_contracts_and_the_kinds_grant_the_same(first: str) -> None:
    others = [second for importer, second in pairs_beside_the_matrix() if importer == first]
    granted = {second for second in others if grants(first, second)}
    assert granted == {
        second for second in others if not broken_by(file_of(first, imported=False), file_of(second, imported=True))
    }


def test_the_kinds_repeat_the_table() -> None:
    for first in STRUCTURES:
        assert {second.name for second in STRUCTURES if grants(first.name, second.name)} == set(first.may_use)
        assert kind_of(f"shop.{first.folder}.item") == first.name
    assert [kind for kind in KINDS if is_structure(kind)] == [row.name for row in reversed(STRUCTURES)]
    assert set(KINDS) == {row.name for row in STRUCTURES} | set(OTHER_KINDS) | {"shop"}


def test_a_module_outside_of_shop_is_of_no_kind() -> None:
    assert [kind_of(name) for name in ("", "tests.architecture", "flask.app", "core", "shop")] == [
        "",
        "",
        "",
        "",
        "shop",
    ]


@pytest.mark.parametrize("holder", STRUCTURES, ids=lambda row: str(row.name))
def test_the_guards_and_the_table_grant_the_same(holder: Structure) -> None:
    first = unit(f"shop.{holder.folder}.alpha", f"Alpha{holder.suffix}")
    others = [(row, unit(f"shop.{row.folder}.beta", f"Beta{row.suffix}")) for row in STRUCTURES]
    assert {row.name for row, second in others if may_hold(first, second)} == set(holder.may_use)


def test_the_wiring_and_the_table_grant_the_same(tmp_path: Path) -> None:
    container = Container(Settings(var=str(tmp_path)))
    offered = {row.name: unit(f"shop.{row.folder}.beta", f"Beta{row.suffix}") for row in STRUCTURES}
    for kind in offered.values():
        container.add(kind)
    granted = {
        (row.name, name)
        for row in STRUCTURES
        for name, wanted in offered.items()
        if wires(container, unit(f"shop.{row.folder}.alpha", f"Alpha{row.suffix}", it=wanted))
    }
    assert granted == {(a.name, b.name) for a in STRUCTURES for b in STRUCTURES if may_use(a.name, b.name)}


def wires(container: Container, kind: type) -> bool:
    try:
        container.add(kind)
    except WiringError:
        return False
    return True


def table_of(page: str) -> list[tuple[str, str]]:
    """Return the first two columns of the access table on a page."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]
    start = rows.index(["structure", "may use", "why"])
    end = next((i for i, row in enumerate(rows) if i > start and row[0] == "command"), len(rows))
    return [(row[0], row[1]) for row in rows[start + 2 : end]]


def test_the_page_for_architects_shows_the_table() -> None:
    expected = [(row.name, sentence_of(row).partition(" may use ")[2]) for row in reversed(STRUCTURES)]
    shown = [(name, text.removesuffix(", not even the core")) for name, text in table_of(PAGE.read_text())]
    assert shown == expected


def test_the_page_marks_structures_without_the_core() -> None:
    shown = {name for name, text in table_of(PAGE.read_text()) if text.endswith(", not even the core")}
    assert shown == {row.name for row in STRUCTURES if not row.uses_core}


def test_the_page_lists_the_independents() -> None:
    (expected,) = re.findall(r"\*Independents\* are ([\w, ]+?)\.", PAGE.read_text())
    assert set(re.split(r", | and ", expected)) == set(INDEPENDENTS)


def test_a_wrong_page_is_detected() -> None:
    page = PAGE.read_text().replace("| Service | Repository, Combination,", "| Service | Repository, Service,")
    assert ("Service", "Repository, Service, independents") in table_of(page)
