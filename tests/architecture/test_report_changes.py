"""Tests of the differences from a saved report."""

from pathlib import Path

import pytest

from shop.architecture.report.changes import draw
from shop.architecture.report.document import build, load, write
from shop.architecture.report.fact_index import FactIndex
from tests.architecture.samples.report_page import add_import, break_contract, own_facts, read

pytestmark = pytest.mark.slow


def changes(now: dict[str, object], before: dict[str, object]) -> str:
    (view,) = read(draw(FactIndex(before), FactIndex(now))).find("section", id="changes")
    return view.text


def test_without_a_saved_report_nothing_is_compared() -> None:
    assert list(read(build(own_facts())).find("section", id="changes")) == []


def test_equal_facts_have_no_differences() -> None:
    assert changes(own_facts(), own_facts()).endswith("Nothing.")


def test_added_and_removed_imports_are_shown() -> None:
    more = own_facts()
    add_import(more, "shop.services.item", "shop.services.user")
    assert "+ services.item → services.user" in changes(more, own_facts())
    assert "- services.item → services.user" in changes(own_facts(), more)
    assert "Service to Service: forbidden → violated" in changes(more, own_facts())


def test_added_and_removed_modules_are_shown() -> None:
    less = own_facts()
    removed = less["modules"].pop()["stem"]
    assert f"Modules+ {removed}" in changes(own_facts(), less)
    assert f"Modules- {removed}" in changes(less, own_facts())


def test_a_changed_result_is_shown() -> None:
    broken = own_facts()
    break_contract(broken, "models", "shop/services/item.py", "A Service imports a Service.")
    assert "Models answer Repositories: kept → broken" in changes(broken, own_facts())


def test_added_and_removed_contracts_are_shown() -> None:
    less = own_facts()
    less["contracts"] = [contract for contract in less["contracts"] if contract["id"] != "models"]
    assert "Models answer Repositories: new → kept" in changes(own_facts(), less)
    assert "Models answer Repositories: kept → gone" in changes(less, own_facts())


def test_a_changed_file_size_is_shown() -> None:
    before, now = own_facts(), own_facts()
    (file,) = (file for file in now["files"] if file["path"] == "shop/services/item.py")
    file["lines"] += 10
    assert f"shop/services/item.py{file['lines'] - 10}{file['lines']}" in changes(now, before)


def test_a_saved_report_returns_its_facts(tmp_path: Path) -> None:
    saved = tmp_path / "deep" / "report.html"
    write(own_facts(), saved)
    assert load(saved) == own_facts()


def test_a_report_is_compared_with_a_saved_one(tmp_path: Path) -> None:
    saved, output, more = tmp_path / "saved.html", tmp_path / "report.html", own_facts()
    add_import(more, "shop.services.item", "shop.services.user")
    write(own_facts(), saved)
    write(more, output, saved)
    (view,) = read(output.read_text()).find("section", id="changes")
    assert "+ services.item → services.user" in view.text


def test_a_file_without_facts_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.html"
    other.write_text("<p>")
    with pytest.raises(ValueError, match="is no report"):
        load(other)
