"""The proof of the proof: a contract file with one word missing is noticed by the matrix."""

from collections.abc import Callable
from pathlib import Path

import pytest
from importlinter import Contract

from shop.architecture.matrix import CONFIG, broken_by, load
from shop.architecture.table import STRUCTURES, may_use

Rewrite = Callable[[str, str], tuple[Contract, ...]]

DOOR = "protected_modules =\n    shop.services.*\n"


def surprises(contracts: tuple[Contract, ...]) -> set[str]:
    """Return the cells around Services in which the contracts say something else than the table."""
    pairs = {(kind.name, "Service") for kind in STRUCTURES} | {("Service", kind.name) for kind in STRUCTURES}
    folders = {kind.name: kind.folder for kind in STRUCTURES}
    return {
        f"{importer}-{imported}"
        for importer, imported in pairs
        for red in [broken_by(f"shop.{folders[importer]}.alpha", f"shop.{folders[imported]}.beta", contracts)]
        if may_use(importer, imported) is bool(red)
    }


@pytest.fixture
def rewrite_contracts(tmp_path: Path) -> Rewrite:
    def rewrite(old: str, new: str) -> tuple[Contract, ...]:
        text = CONFIG.read_text()
        assert text.count(old) == 1
        (tmp_path / "importlinter.ini").write_text(text.replace(old, new))
        return load(tmp_path / "importlinter.ini")

    return rewrite


def test_the_file_as_it_stands_surprises_nobody() -> None:
    assert surprises(load()) == set()


def test_a_door_without_its_wildcard_lets_siblings_meet_and_the_matrix_notices(rewrite_contracts: Rewrite) -> None:
    contracts = rewrite_contracts(DOOR, DOOR.replace(".*", ""))
    assert "Service-Service" in surprises(contracts)


def test_a_door_on_a_whole_package_lets_siblings_meet_and_the_matrix_notices(rewrite_contracts: Rewrite) -> None:
    door = next(part for part in CONFIG.read_text().split("\n\n") if DOOR in part)
    contracts = rewrite_contracts(door, door.replace(DOOR, DOOR.replace(".*", "")).replace("as_packages = false\n", ""))
    assert surprises(contracts) == {"Service-Service"}


def test_a_door_that_admits_a_whole_package_lets_an_init_in_and_the_matrix_notices(
    rewrite_contracts: Rewrite,
) -> None:
    line = "    shop.services.**\nas_packages = false\nbroken_contract_guidance =\n    A question"
    opened = rewrite_contracts(line, line.replace(".**", "").replace("as_packages = false\n", ""))
    assert broken_by("shop.services", "shop.repositories.beta") == ["Repositories answer Services"]
    assert broken_by("shop.services", "shop.repositories.beta", opened) == []


def test_a_guest_struck_from_a_door_is_missed(rewrite_contracts: Rewrite) -> None:
    contracts = rewrite_contracts(
        "    shop.combination_managers.**\nas_packages = false\nbroken_contract_guidance =\n    Two Services",
        "as_packages = false\nbroken_contract_guidance =\n    Two Services",
    )
    assert surprises(contracts) == {"CombinationManager-Service"}


def test_a_grant_without_its_second_star_locks_the_inside_of_units_out(rewrite_contracts: Rewrite) -> None:
    line = "    shop.repositories.** -> sqlalchemy"
    contracts = rewrite_contracts(line, line.replace(".**", ".*"))
    assert broken_by("shop.repositories.alpha.inside", "sqlalchemy", contracts) == [
        "SQLAlchemy is used in Repositories, Models and the core"
    ]


def test_a_map_that_is_not_exhaustive_overlooks_a_new_package(rewrite_contracts: Rewrite) -> None:
    contracts = rewrite_contracts("    shop\nexhaustive = true", "    shop\nexhaustive = false")
    assert broken_by("shop.helpers", "json", contracts) == []
