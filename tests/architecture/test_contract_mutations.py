"""Tests that the matrix detects changed contracts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from importlinter import Contract

from shop.architecture.matrix import CONFIG, broken_by, load
from shop.architecture.table import STRUCTURES, may_use

Rewrite = Callable[[str, str], tuple[Contract, ...]]

CONTRACT = "protected_modules =\n    shop.services.*\n"


def find_mismatches(contracts: tuple[Contract, ...]) -> set[str]:
    """Return the cells of Services that contradict the table."""
    pairs = {(kind.name, "Service") for kind in STRUCTURES} | {("Service", kind.name) for kind in STRUCTURES}
    folders = {kind.name: kind.folder for kind in STRUCTURES}
    return {
        f"{importer}-{imported}"
        for importer, imported in pairs
        for broken in [broken_by(f"shop.{folders[importer]}.alpha", f"shop.{folders[imported]}.beta", contracts)]
        if may_use(importer, imported) is bool(broken)
    }


@pytest.fixture
def rewrite_contracts(tmp_path: Path) -> Rewrite:
    def rewrite(old: str, new: str) -> tuple[Contract, ...]:
        text = CONFIG.read_text()
        assert text.count(old) == 1
        (tmp_path / "importlinter.ini").write_text(text.replace(old, new))
        return load(tmp_path / "importlinter.ini")

    return rewrite


def test_the_committed_contracts_match_the_table() -> None:
    assert find_mismatches(load()) == set()


def test_a_contract_without_its_wildcard_is_detected(rewrite_contracts: Rewrite) -> None:
    contracts = rewrite_contracts(CONTRACT, CONTRACT.replace(".*", ""))
    assert "Service-Service" in find_mismatches(contracts)


def test_a_contract_on_a_whole_package_is_detected(rewrite_contracts: Rewrite) -> None:
    section = next(part for part in CONFIG.read_text().split("\n\n") if CONTRACT in part)
    contracts = rewrite_contracts(
        section, section.replace(CONTRACT, CONTRACT.replace(".*", "")).replace("as_packages = false\n", "")
    )
    assert find_mismatches(contracts) == {"Service-Service"}


def test_a_contract_that_permits_a_whole_package_is_detected(
    rewrite_contracts: Rewrite,
) -> None:
    line = "    shop.services.**\nas_packages = false\nbroken_contract_guidance =\n    Every database query runs"
    opened = rewrite_contracts(line, line.replace(".**", "").replace("as_packages = false\n", ""))
    assert broken_by("shop.services", "shop.repositories.beta") == ["Repositories answer Services"]
    assert broken_by("shop.services", "shop.repositories.beta", opened) == []


def test_a_missing_importer_is_detected(rewrite_contracts: Rewrite) -> None:
    contracts = rewrite_contracts(
        "    shop.combination_managers.**\nas_packages = false\nbroken_contract_guidance =\n    Two Services",
        "as_packages = false\nbroken_contract_guidance =\n    Two Services",
    )
    assert find_mismatches(contracts) == {"CombinationManager-Service"}


def test_a_grant_without_its_second_star_excludes_the_inside_of_units(rewrite_contracts: Rewrite) -> None:
    line = "    shop.repositories.** -> sqlalchemy"
    contracts = rewrite_contracts(line, line.replace(".**", ".*"))
    assert broken_by("shop.repositories.alpha.inside", "sqlalchemy", contracts) == [
        "SQLAlchemy is used in Repositories, Models and the core"
    ]


def test_a_layers_contract_without_exhaustive_permits_a_new_package(rewrite_contracts: Rewrite) -> None:
    contracts = rewrite_contracts("    shop\nexhaustive = true", "    shop\nexhaustive = false")
    assert broken_by("shop.helpers", "json", contracts) == []
