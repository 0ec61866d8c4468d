"""`why`, `matrix` and `module` answer in the words of the table."""

from itertools import pairwise

import pytest

from shop.architecture.audit.access_explanation import explain_access, resolve_name
from shop.architecture.audit.access_paths import find_common_users, find_path, suggest_alternative
from shop.architecture.audit.facts import Facts
from shop.architecture.audit.text_tables import format_matrix, format_module
from shop.architecture.source.module_kinds import UnknownName
from shop.architecture.table import STRUCTURES, may_use
from tests.architecture.sample_projects import write_project


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
def test_a_name_is_understood_in_every_way_people_write_it(shop: Facts, name: str, kind: str) -> None:
    assert resolve_name(shop, name).kind == kind


def test_an_unknown_name_is_said(shop: Facts) -> None:
    with pytest.raises(UnknownName, match="banana is no structure, class, module or file of shop"):
        explain_access(shop, "banana", "Service")
    with pytest.raises(UnknownName, match="No file of a structure is called banana; there are: pear, plum"):
        format_module(shop, "banana")


def test_a_granted_use_names_its_row_and_where_it_is_done(shop: Facts) -> None:
    answer = explain_access(shop, "PearService", "repositories/pear.py")
    assert answer.granted
    assert answer.text.splitlines() == [
        "PearService (Service) -> shop.repositories.pear (Repository): allowed.",
        "The row: Service may use Repository, Combination, independents; the core is free to it.",
        "It is done in: shop/services/pear.py:2.",
    ]


def test_a_skipping_use_names_whom_to_go_through(shop: Facts) -> None:
    answer = explain_access(shop, "PearController", "PearRepository")
    assert not answer.granted
    assert "PearController (Controller) -> PearRepository (Repository): forbidden." in answer.text
    assert "Nobody does it." in answer.text
    assert "no skipping. Go through a Service: Controller -> Service -> Repository." in answer.text
    assert answer.text.endswith("Services that hold PearRepository already: Base, PearService.")


def test_a_sibling_use_names_the_door_and_who_may_use_both(shop: Facts) -> None:
    answer = explain_access(shop, "PearService", "PlumService")
    assert not answer.granted
    assert "It is done in: shop/services/pear.py:3." in answer.text
    assert (
        "no sibling access. Let a CombinationManager, a ServiceManager, a Job or a Controller use both." in answer.text
    )
    assert "The door: Services answer Jobs. Why: because." in answer.text


def test_a_constant_may_not_even_use_the_core(shop: Facts) -> None:
    answer = explain_access(shop, "Constant", "core")
    assert not answer.granted
    assert "Constant may use nothing; not even the core." in answer.text
    assert "different layers" in answer.text


def test_the_way_is_the_shortest_that_the_table_grants() -> None:
    assert find_path("Controller", "Model") == ("Controller", "Service", "Repository", "Model")
    assert find_path("Job", "Service") == ("Job", "Service")
    assert find_path("Repository", "Service") == ()
    for one in STRUCTURES:
        for other in STRUCTURES:
            chain = find_path(one.name, other.name)
            assert all(may_use(*pair) for pair in pairwise(chain))
            assert suggest_alternative(one.name, other.name).endswith(".")


def test_whoever_may_use_both_is_named_lowest_first() -> None:
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
    said = format_module(shop, "pear")
    assert [line for line in said.splitlines() if line and not line.startswith(" ")] == [
        "files", "classes", "routes", "tables", "keys", "codes", "uses",
    ]  # fmt: skip
    assert "  PearController              pears: PearService" in said
    assert "  GET    /api/v9/pears/<id:pear_id>" in said
    assert "  PearCacheManager.gate             gate" in said
    assert said.endswith("uses\n  Service plum")
