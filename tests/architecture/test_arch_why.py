"""Tests of `why`, `matrix` and `module`."""

from itertools import pairwise

import pytest

from shop.architecture.audit.access_explanation import explain_access, resolve_name
from shop.architecture.audit.access_paths import find_common_users, find_path, suggest_alternative
from shop.architecture.audit.facts import Facts
from shop.architecture.audit.text_tables import format_matrix, format_module
from shop.architecture.source.module_kinds import UnknownName
from shop.architecture.table import STRUCTURES, may_use
from tests.architecture.samples.projects import write_project


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return write_project(tmp_path_factory.mktemp("pears"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Service", "Service"),
        ("services", "Service"),
        ("shop/services/", "Service"),
        ("shop.services", "Service"),
        ("core", "core"),
        ("PearService", "Service"),
        ("shop.services.pear.PearService", "Service"),
        ("services.pear", "Service"),
        ("shop.services.pear", "Service"),
        ("services/pear.py", "Service"),
        ("shop/services/pear.py", "Service"),
        ("shop.core.clock", "core"),
    ],
)
def test_every_form_of_a_name_is_resolved(shop: Facts, name: str, kind: str) -> None:
    assert resolve_name(shop, name).kind == kind


def test_an_unknown_name_is_reported(shop: Facts) -> None:
    with pytest.raises(UnknownName, match="banana is no structure, class, module or file of shop"):
        explain_access(shop, "banana", "Service")
    with pytest.raises(UnknownName, match="No file of a structure is called banana; there are: pear, plum"):
        format_module(shop, "banana")


def test_a_granted_use_shows_its_row_and_its_imports(shop: Facts) -> None:
    answer = explain_access(shop, "PearService", "repositories/pear.py")
    assert answer.granted
    assert answer.text.splitlines() == [
        "PearService (Service) -> shop.repositories.pear (Repository): allowed.",
        "The row: Service may use Repository, Combination, independents; may use the core.",
        "Existing imports: shop/services/pear.py:2.",
    ]


def test_a_skipping_use_shows_the_permitted_path(shop: Facts) -> None:
    answer = explain_access(shop, "PearController", "PearRepository")
    assert not answer.granted
    assert "PearController (Controller) -> PearRepository (Repository): forbidden." in answer.text
    assert "No import exists." in answer.text
    assert "no skipping. Go through a Service: Controller -> Service -> Repository." in answer.text
    assert answer.text.endswith("Services that hold PearRepository already: Base, PearService.")


def test_a_sibling_use_shows_the_contract_and_the_common_users(shop: Facts) -> None:
    answer = explain_access(shop, "PearService", "PlumService")
    assert not answer.granted
    assert "Existing imports: shop/services/pear.py:3." in answer.text
    assert (
        "no sibling access. Let a CombinationManager, a ServiceManager, a Job or a Controller use both." in answer.text
    )
    assert "The contract: Services answer Jobs. Why: because." in answer.text


def test_a_constant_may_not_use_the_core(shop: Facts) -> None:
    answer = explain_access(shop, "Constant", "core")
    assert not answer.granted
    assert "Constant may use nothing; not even the core." in answer.text
    assert "different layers" in answer.text


def test_the_path_is_the_shortest_that_the_table_grants() -> None:
    assert find_path("Controller", "Model") == ("Controller", "Service", "Repository", "Model")
    assert find_path("Job", "Service") == ("Job", "Service")
    assert find_path("Repository", "Service") == ()
    for importer in STRUCTURES:
        for imported in STRUCTURES:
            chain = find_path(importer.name, imported.name)
            assert all(may_use(*pair) for pair in pairwise(chain))
            assert suggest_alternative(importer.name, imported.name).endswith(".")


def test_common_users_are_ordered_from_the_bottom() -> None:
    assert find_common_users("Service", "Service") == ("CombinationManager", "ServiceManager", "Job", "Controller")
    assert find_common_users("Controller", "Service") == ()


def test_the_matrix_has_a_mark_for_every_cell(shop: Facts) -> None:
    head, *rows = format_matrix(shop).splitlines()[:17]
    assert head.split() == [*map(str, range(1, 17)), "core"]
    marks = {row[4:24].strip(): row[24:].split() for row in rows}
    assert {len(cells) for cells in marks.values()} == {17}
    assert marks["Service"][7:10] == ["!1", "o", "1"]
    assert marks["Constant"] == ["."] * 17
    assert format_matrix(shop).endswith("70 of 256 cells are granted, 68 of them unused.")


def test_a_module_is_printed_in_sections(shop: Facts) -> None:
    text = format_module(shop, "pear")
    assert [line for line in text.splitlines() if line and not line.startswith(" ")] == [
        "files", "classes", "routes", "tables", "keys", "codes", "uses",
    ]  # fmt: skip
    assert "  PearController              pears: PearService" in text
    assert "  GET    /api/v9/pears/<id:pear_id>" in text
    assert "  PearCacheManager.gate             gate" in text
    assert text.endswith("uses\n  Service plum")
