"""The access table is written once: map, doors, wiring, guards and the architects' page say the same."""

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
from tests.architecture.sample_units import unit

PAGE = CHECKOUT / "docs" / "audit" / "README.md"
BESIDE = {
    "core": ("shop.core.api.alpha", "shop.core.clock"),
    "migrations": ("shop.migrations.env",) * 2,
    "architecture": ("shop.architecture.commands", "shop.architecture.table"),
    **{name: (f"shop.{name}",) * 2 for name in ASSEMBLY},
}


def file_of(kind: str, *, imported: bool) -> str:
    if is_structure(kind):
        return f"shop.{structure(kind).folder}.{'beta' if imported else 'alpha'}"
    return BESIDE[kind][imported]


def pairs_beside_the_matrix() -> Iterator[tuple[str, str]]:
    """Kinds of which one is no structure; the matrix has all others."""
    kinds = [kind for kind in KINDS if kind != "shop"]
    for one in kinds:
        for other in kinds:
            both = is_structure(one) and is_structure(other)
            if not both and file_of(one, imported=False) != file_of(other, imported=True):
                yield one, other


@pytest.mark.parametrize("one", [kind for kind in KINDS if kind != "shop"])
def test_the_contracts_and_the_kinds_grant_the_same(one: str) -> None:
    others = [other for importer, other in pairs_beside_the_matrix() if importer == one]
    granted = {other for other in others if grants(one, other)}
    assert granted == {
        other for other in others if not broken_by(file_of(one, imported=False), file_of(other, imported=True))
    }


def test_the_kinds_repeat_the_table() -> None:
    for one in STRUCTURES:
        assert {other.name for other in STRUCTURES if grants(one.name, other.name)} == set(one.may_use)
        assert kind_of(f"shop.{one.folder}.item") == one.name
    assert [kind for kind in KINDS if is_structure(kind)] == [row.name for row in reversed(STRUCTURES)]
    assert set(KINDS) == {row.name for row in STRUCTURES} | set(BESIDE) | {"shop"}


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
    one = unit(f"shop.{holder.folder}.alpha", f"Alpha{holder.suffix}")
    others = [(row, unit(f"shop.{row.folder}.beta", f"Beta{row.suffix}")) for row in STRUCTURES]
    assert {row.name for row, other in others if may_hold(one, other)} == set(holder.may_use)


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
    """The first two columns of the table that the page begins with."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]
    start = rows.index(["kind", "may use", "why"])
    end = next((i for i, row in enumerate(rows) if i > start and row[0] == "command"), len(rows))
    return [(row[0], row[1]) for row in rows[start + 2 : end]]


def test_the_page_for_architects_shows_the_table() -> None:
    said = [(row.name, sentence_of(row).partition(" may use ")[2]) for row in reversed(STRUCTURES)]
    shown = [(name, words.removesuffix(", not even the core")) for name, words in table_of(PAGE.read_text())]
    assert shown == said


def test_the_page_says_who_stands_without_the_core() -> None:
    shown = {name for name, words in table_of(PAGE.read_text()) if words.endswith(", not even the core")}
    assert shown == {row.name for row in STRUCTURES if not row.uses_core}


def test_the_page_says_who_is_independent() -> None:
    (said,) = re.findall(r"\*Independents\* are ([\w, ]+?)\.", PAGE.read_text())
    assert set(re.split(r", | and ", said)) == set(INDEPENDENTS)


def test_a_page_that_says_something_else_is_noticed() -> None:
    page = PAGE.read_text().replace("| Service | Repository, Combination,", "| Service | Repository, Service,")
    assert ("Service", "Repository, Service, independents") in table_of(page)
