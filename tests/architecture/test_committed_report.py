"""The report that is kept with the source tells today's structure."""

from typing import Any

import pytest

from shop.architecture.report.document import build, load
from shop.architecture.report.project_report import REPORT_FILE
from shop.architecture.report.structural_facts import extract_structure
from tests.architecture.report_page import add_import, own_facts

OUTDATED = "The structure changed: run `make report` and look at what it says."
REDRAWN = "The report is drawn in another way now: run `make report`."


def test_the_kept_report_tells_todays_structure() -> None:
    assert extract_structure(load(REPORT_FILE)) == extract_structure(own_facts()), OUTDATED


def test_the_kept_report_is_drawn_from_the_facts_inside_it() -> None:
    assert (REPORT_FILE.read_text(encoding="utf-8") == build(load(REPORT_FILE))) is True, REDRAWN


def test_the_same_facts_make_the_same_report() -> None:
    assert (build(own_facts()) == build(own_facts())) is True


def test_no_path_of_a_machine_is_in_it() -> None:
    assert str(REPORT_FILE.parents[2]) not in build(own_facts())


def test_an_edit_inside_a_function_is_no_new_structure() -> None:
    now, then = own_facts(), own_facts()
    for fact in (*now["files"], *now["classes"], *now["edges"]):
        fact["line"] = fact["lines"] = 999
        fact["sentence"] = fact["functions"] = ""
    now["libraries"].append({"name": "statistics", "importers": ["shop.app"]})
    assert extract_structure(now) == extract_structure(then)


def _import(found: dict[str, Any]) -> None:
    add_import(found, "shop.services.item", "shop.services.user")


def _module(found: dict[str, Any]) -> None:
    found["modules"].pop()


def _library(found: dict[str, Any]) -> None:
    found["libraries"].append({"name": "requests", "importers": ["shop.app"]})


def _route(found: dict[str, Any]) -> None:
    next(module for module in found["modules"] if module["routes"])["routes"].pop()


def _collaborator(found: dict[str, Any]) -> None:
    next(each for each in found["classes"] if each["collaborators"])["collaborators"].pop()


def _verdict(found: dict[str, Any]) -> None:
    found["contracts"][0]["kept"] = False


@pytest.mark.parametrize("change", [_import, _module, _library, _route, _collaborator, _verdict])
def test_a_new_structure_is_noticed(change: Any) -> None:
    now = own_facts()
    change(now)
    assert extract_structure(now) != extract_structure(own_facts())
