"""Tests of the facts and of their JSON form."""

import json
from pathlib import Path

import pytest

from shop.app import create_app
from shop.architecture.audit import facts
from shop.architecture.audit.facts import Facts
from shop.architecture.audit.import_paths import find_chains
from shop.architecture.audit.linter import CHECKOUT
from shop.architecture.table import STRUCTURES
from shop.core.database.model import Model
from shop.core.errors import CoreExceptionCode, ExceptionCode
from shop.core.settings.settings import Settings
from tests.architecture.samples.projects import write_project


@pytest.fixture
def shop(tmp_path: Path) -> Facts:
    return write_project(tmp_path)


@pytest.fixture(scope="module")
def project_facts() -> Facts:
    return facts.read()


def test_edges_have_file_line_and_permission(shop: Facts) -> None:
    edges = [(e.importer_kind, e.imported_kind, e.path, e.line, e.granted, e.type_only) for e in shop.edges]
    assert edges == [
        ("Controller", "Service", "shop/controllers/pear.py", 3, True, False),
        ("Service", "Repository", "shop/services/pear.py", 2, True, False),
        ("Service", "Service", "shop/services/pear.py", 3, False, False),
        ("Service", "Model", "shop/services/plum.py", 1, False, True),
    ]


def test_cells_count_real_imports_and_no_type_names(shop: Facts) -> None:
    cells = {(cell.importer, cell.imported): (cell.granted, cell.edges) for cell in shop.cells}
    assert cells["Service", "Repository"] == (True, 1)
    assert cells["Service", "Service"] == (False, 1)
    assert cells["Service", "Model"] == (False, 0)
    assert cells["Service", "core"] == (True, 0)
    assert cells["Constant", "core"] == (False, 0)


def test_classes_list_their_collaborators_and_those_of_their_bases(shop: Facts) -> None:
    (service,) = (fact for fact in shop.classes if fact.name == "PearService")
    assert [(c.role, c.wanted) for c in service.collaborators] == [
        ("pears", "shop.repositories.pear.PearRepository"),
        ("plums", "shop.services.plum.PlumService"),
    ]
    assert (service.kind, service.stem, service.line) == ("Service", "pear", 8)


def test_a_module_collects_the_contents_of_a_noun(shop: Facts) -> None:
    pear, plum = shop.modules
    assert [(r.verb, r.path, r.controller, r.summary) for r in pear.routes] == [
        ("GET", "/api/v9/pears/<id:pear_id>", "PearController", "Read a pear.")
    ]
    assert pear.tables == ("pears",)
    assert [(key.name, key.template, key.life) for key in pear.keys] == [
        ("PearCacheManager.card", "{tenant}:pear:{pear}", "timedelta(minutes=1)"),
        ("PearCacheManager.gate", "gate", ""),
    ]
    assert [(code.number, code.name, code.sentence) for code in pear.codes] == [(409901, "BAD", "Pear is bad.")]
    assert (plum.stem, plum.files) == ("plum", ("shop/services/plum.py",))


def test_files_have_sizes(shop: Facts) -> None:
    (file,) = (fact for fact in shop.files if fact.path == "shop/controllers/pear.py")
    assert (file.kind, file.sentence, file.lines) == ("Controller", "Pears over HTTP.", 14)
    assert [(function.name, function.lines) for function in file.functions] == [("get", 4), ("helper", 1)]


def test_facts_list_libraries_hubs_and_chains(shop: Facts) -> None:
    assert [(library.name, library.importers) for library in shop.libraries] == [
        ("sqlalchemy", ("shop.repositories.pear",))
    ]
    assert {(hub.module, hub.used_by, hub.uses) for hub in shop.hubs} >= {("shop.services.pear", 1, 2)}
    assert shop.chains[0] == ("shop.controllers.pear", "shop.services.pear", "shop.repositories.pear")


def test_a_cycle_has_no_longest_chain() -> None:
    first, second = "shop.services.a", "shop.services.b"
    assert find_chains([(first, second), (second, first)]) == ()


def test_facts_are_plain_json(project_facts: Facts) -> None:
    data = project_facts.as_dict()
    assert json.loads(json.dumps(data)) == json.loads(json.dumps(facts.read().as_dict()))
    assert set(data) == {"structures", "files", "classes", "edges", "cells", "libraries", "contracts", "modules", "hubs", "chains"}  # fmt: skip # noqa: E501 - the shape in one line


def test_the_project_is_read_whole(project_facts: Facts) -> None:
    assert {fact.path for fact in project_facts.files} == {
        path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "shop").rglob("*.py")
    }
    assert [row.name for row in project_facts.structures] == [row.name for row in reversed(STRUCTURES)]
    assert len(project_facts.cells) == 26 * 26
    assert all((CHECKOUT / edge.path).read_text().splitlines()[edge.line - 1] for edge in project_facts.edges)


def test_the_project_has_no_forbidden_import(project_facts: Facts) -> None:
    forbidden = [edge for edge in project_facts.edges if not edge.granted]
    assert {(edge.type_only, edge.imported_kind) for edge in forbidden} <= {(True, "Model")}
    assert [contract.name for contract in project_facts.contracts if not contract.kept] == []


def test_routes_tables_and_codes_are_those_of_the_running_app(project_facts: Facts, tmp_path: Path) -> None:
    rules = create_app(Settings(var=str(tmp_path))).url_map.iter_rules()
    served = {(verb, rule.rule) for rule in rules if hasattr(rule, "methods") for verb in rule.methods or ()}
    read = {(route.verb, route.path) for module in project_facts.modules for route in module.routes}
    assert read == {
        (verb, path) for verb, path in served if path.startswith("/api/") and verb not in {"HEAD", "OPTIONS"}
    }
    assert {table for module in project_facts.modules for table in module.tables} == set(Model.metadata.tables)
    kinds = [kind for kind in ExceptionCode.__subclasses__() if kind is not CoreExceptionCode]
    codes = {code.number for kind in kinds for code in kind if kind.__module__.startswith("shop.")}
    assert {code.number for module in project_facts.modules for code in module.codes} == codes
