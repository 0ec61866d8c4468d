"""Tests of units that are folders, in facts, guards, report and commands."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from grimp import ImportGraph

from shop.architecture.audit.access_explanation import explain_access, resolve_name
from shop.architecture.audit.facts import Facts, describe
from shop.architecture.audit.text_tables import format_matrix, format_module
from shop.architecture.guards.object_parts import class_parts
from shop.architecture.guards.runtime_guards import may_hold
from shop.architecture.report.document import build as draw
from shop.architecture.source.source import read
from shop.architecture.units import is_inside, may_import, noun_of, share_unit, unit_of
from tests.architecture.samples.units import unit

FILES = {
    "shop/__init__.py": "",
    "shop/services/__init__.py": "",
    "shop/services/plum/__init__.py": (
        "from dataclasses import dataclass\n"
        "from shop.services.plum.stones import Stones\n"
        "@dataclass\n"
        "class PlumService(Stones): ...\n"
    ),
    "shop/services/plum/stones.py": (
        "from dataclasses import dataclass\n"
        "from shop.repositories.plum import PlumRepository\n"
        "@dataclass\n"
        "class Stones:\n"
        "    plums: PlumRepository\n"
    ),
    "shop/repositories/__init__.py": "",
    "shop/repositories/plum.py": "class PlumRepository: ...\n",
    "shop/jobs/__init__.py": "",
    "shop/jobs/plum.py": "from shop.services.plum.stones import Stones\nclass PlumJob: ...\n",
}
FACE, STONES = "shop.services.plum", "shop.services.plum.stones"
IMPORTS = {FACE: {STONES: 2}, STONES: {"shop.repositories.plum": 2}, "shop.jobs.plum": {STONES: 1}}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    folder: Path = tmp_path_factory.mktemp("plums")
    graph = ImportGraph()
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        graph.add_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    for importer, others in IMPORTS.items():
        for imported, line in others.items():
            graph.add_import(importer=importer, imported=imported, line_number=line, line_contents="")
    return describe(read(folder), graph, graph)


def test_the_files_of_a_unit_belong_together() -> None:
    assert [unit_of(name) for name in (FACE, STONES, "shop.core.redis.stores")] == [
        FACE,
        FACE,
        "shop.core.redis.stores",
    ]
    assert [is_inside(name) for name in (FACE, STONES, "shop.services", "shop.core.redis.stores")] == [
        False, True, False, False,
    ]  # fmt: skip
    assert noun_of(STONES) == "plum"
    assert share_unit(FACE, STONES)
    assert not share_unit(STONES, "shop.services.pear")
    assert not share_unit("shop.core.redis.stores", "shop.core.redis.stores")


@pytest.mark.parametrize(
    ("importer", "imported", "granted"),
    [
        (FACE, STONES, True),
        (STONES, f"{FACE}.skins", True),
        (STONES, FACE, False),
        (STONES, "shop.repositories.plum", True),
        (STONES, "shop.services.pear", False),
        (STONES, "shop.models.plum", False),
        ("shop.jobs.plum", FACE, True),
        ("shop.jobs.plum", STONES, False),
        ("shop.services.pear", STONES, False),
        ("shop.services.pear", FACE, False),
        ("shop.app", "shop.supports.plum", True),
        ("shop.app", "shop.supports.plum.sums", False),
    ],
)
def test_an_import_is_checked_by_table_and_unit(importer: str, imported: str, granted: bool) -> None:
    assert may_import(importer, imported) is granted


def test_the_facts_have_one_noun_with_its_files(shop: Facts) -> None:
    (plum,) = shop.modules
    assert plum.files == (
        "shop/jobs/plum.py",
        "shop/repositories/plum.py",
        "shop/services/plum/__init__.py",
        "shop/services/plum/stones.py",
    )
    (service,) = (fact for fact in shop.classes if fact.name == "PlumService")
    assert (service.stem, service.kind) == ("plum", "Service")
    assert [field.wanted for field in service.collaborators] == ["shop.repositories.plum.PlumRepository"]


def test_an_import_within_a_unit_is_permitted(shop: Facts) -> None:
    permissions = {(edge.importer, edge.imported): edge.granted for edge in shop.edges}
    assert permissions == {
        (FACE, STONES): True,
        (STONES, "shop.repositories.plum"): True,
        ("shop.jobs.plum", STONES): False,
    }
    cells = {(cell.importer, cell.imported): cell.edges for cell in shop.cells}
    assert cells["Service", "Service"] == 0
    assert cells["Service", "Repository"] == 1
    assert "!" not in format_matrix(shop).partition("\n\n")[0]
    assert shop.chains[0] == ("shop.jobs.plum", FACE, "shop.repositories.plum")


@pytest.mark.parametrize(
    "name", ["services/plum", "shop/services/plum/", "services.plum", "shop/services/plum/__init__.py", "PlumService"]
)
def test_a_unit_is_found_by_its_folder(shop: Facts, name: str) -> None:
    assert resolve_name(shop, name).modules == (FACE,)


def test_why_refuses_the_inside_and_names_the_unit(shop: Facts) -> None:
    answer = explain_access(shop, "jobs/plum.py", "services/plum/stones.py")
    assert not answer.granted
    assert answer.text.endswith(f"It is inside of the unit {FACE}: import that unit instead.")
    assert explain_access(shop, "PlumService", "Stones").granted
    assert explain_access(shop, "PlumJob", "PlumService").granted


def test_a_noun_is_printed_with_its_inside(shop: Facts) -> None:
    text = format_module(shop, "plum")
    assert "shop/services/plum/stones.py" in text
    assert "uses" not in text


def test_the_report_draws_one_dot_for_a_unit(shop: Facts) -> None:
    page = draw(shop.as_dict())
    assert 'href="#file-shop/services/plum/__init__.py" aria-label="Service: shop/services/plum/__init__.py"' in page
    assert 'aria-label="Service: shop/services/plum/stones.py"' not in page


def test_a_unit_may_hold_what_its_inside_makes() -> None:
    service, stone = unit(FACE, "PlumService"), unit(STONES, "Stone")
    assert may_hold(service, stone)
    assert not may_hold(service, unit("shop.services.pear.seeds", "Seed"))
    assert not may_hold(unit(STONES, "StoneService"), service)


def test_the_files_of_the_bases_count_for_the_class(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = ModuleType(STONES)
    inside.HOLDER = ["held"]  # type: ignore[attr-defined]  # a module-level value of the inside
    monkeypatch.setitem(sys.modules, STONES, inside)
    base = type("Stones", (), {"__module__": STONES})
    service = type("PlumService", (base,), {"__module__": FACE})
    assert (" has in its file HOLDER, which", ["held"]) in list(class_parts(service))
