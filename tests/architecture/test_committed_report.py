"""Tests that the committed report matches the current structure."""

from typing import Any

import pytest

from shop.architecture.report.document import build, load
from shop.architecture.report.project_report import REPORT_FILE
from shop.architecture.report.structural_facts import extract_structure
from tests.architecture.samples.report_page import add_import, own_facts

OUTDATED = "The structure changed: run `make report` and look at what it says."
REDRAWN = "The report is drawn in another way now: run `make report`."


def test_the_committed_report_has_the_current_structure() -> None:
    assert extract_structure(load(REPORT_FILE)) == extract_structure(own_facts()), OUTDATED


def test_the_committed_report_is_drawn_from_its_facts() -> None:
    assert (REPORT_FILE.read_text(encoding="utf-8") == build(load(REPORT_FILE))) is True, REDRAWN


def test_the_same_facts_make_the_same_report() -> None:
    assert (build(own_facts()) == build(own_facts())) is True


def test_the_report_has_no_path_of_this_machine() -> None:
    assert str(REPORT_FILE.parents[2]) not in build(own_facts())


def test_an_edit_inside_a_function_keeps_the_structure() -> None:
    now, then = own_facts(), own_facts()
    for fact in (*now["files"], *now["classes"], *now["edges"]):
        fact["line"] = fact["lines"] = 999
        fact["sentence"] = fact["functions"] = ""
    now["libraries"].append({"name": "statistics", "importers": ["shop.app"]})
    assert extract_structure(now) == extract_structure(then)


def _import(facts: dict[str, Any]) -> None:
    add_import(facts, "shop.services.item", "shop.services.user")


def _module(facts: dict[str, Any]) -> None:
    facts["modules"].pop()


def _library(facts: dict[str, Any]) -> None:
    facts["libraries"].append({"name": "requests", "importers": ["shop.app"]})


def _route(facts: dict[str, Any]) -> None:
    next(module for module in facts["modules"] if module["routes"])["routes"].pop()


def _collaborator(facts: dict[str, Any]) -> None:
    next(each for each in facts["classes"] if each["collaborators"])["collaborators"].pop()


def _contract_result(facts: dict[str, Any]) -> None:
    facts["contracts"][0]["kept"] = False


@pytest.mark.parametrize("change", [_import, _module, _library, _route, _collaborator, _contract_result])
def test_a_changed_structure_is_detected(change: Any) -> None:
    now = own_facts()
    change(now)
    assert extract_structure(now) != extract_structure(own_facts())
