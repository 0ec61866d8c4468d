"""Tests of the baseline of known findings."""

from collections import Counter
from pathlib import Path

import pytest

from shop.architecture.audit import baseline
from shop.architecture.audit.formats import FORMATS
from shop.architecture.finding import Finding
from tests.architecture.samples.projects import check_project, finding

OLD, NEW = finding(what="Old."), finding(what="New.")


def listed(*findings: Finding) -> "Counter[baseline.FindingKey]":
    return Counter(map(baseline.finding_key, findings))


def test_a_listed_finding_passes() -> None:
    assert baseline.compare(check_project(OLD), listed(OLD)).passed


def test_a_new_finding_fails() -> None:
    compared = baseline.compare(check_project(OLD, NEW), listed(OLD))
    assert compared.findings == (NEW,)
    assert not compared.passed


def test_a_listed_finding_may_move() -> None:
    assert baseline.compare(check_project(finding(99, "Old.")), listed(OLD)).passed


def test_another_equal_finding_fails() -> None:
    again = finding(50, "Old.")
    assert baseline.compare(check_project(OLD, again), listed(OLD)).findings == (again,)


def test_a_fixed_finding_fails_until_it_is_removed() -> None:
    compared = baseline.compare(check_project(), listed(OLD, OLD))
    (finding_,) = compared.findings
    assert (finding_.path, finding_.rule) == ("arch-baseline.json", "baseline")
    assert finding_.what == "Fixed, but still listed (2 times): shop/services/pear.py: services: Old."
    assert "--update-baseline" in finding_.instead


def test_an_update_removes_and_never_adds() -> None:
    assert baseline.shrink([NEW], listed(OLD, NEW)) == listed(NEW)
    assert baseline.shrink([OLD, OLD, NEW], listed(OLD)) == listed(OLD)
    assert baseline.shrink([OLD], listed(OLD, OLD)) == listed(OLD)


def test_the_baseline_has_a_result_only_with_a_list() -> None:
    assert baseline.compare(check_project(), Counter()).find_group("baseline") == ()
    assert len(baseline.compare(check_project(OLD), listed(OLD)).find_group("baseline")) == 1


def test_the_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / baseline.NAME
    assert baseline.read(file) == Counter()
    file.write_text("")  # as left by the shell in `check --format baseline > arch-baseline.json`
    assert baseline.read(file) == Counter()
    file.write_text(baseline.write(listed(OLD, OLD, NEW)))
    assert baseline.read(file) == listed(OLD, OLD, NEW)
    assert ":3" not in file.read_text()
    assert '"line"' not in file.read_text()


def test_the_baseline_format_is_a_valid_list(tmp_path: Path) -> None:
    file = tmp_path / baseline.NAME
    file.write_text(FORMATS["baseline"](check_project(OLD, NEW)))
    assert baseline.compare(check_project(OLD, NEW), baseline.read(file)).passed


@pytest.mark.parametrize("group", ["row", "contract"])
def test_a_listed_finding_breaks_neither_contract_nor_row(group: str) -> None:
    assert all(result.passed for result in baseline.compare(check_project(OLD), listed(OLD)).find_group(group))


@pytest.mark.parametrize("content", ['{"a":', "[1]", '[{"rule": "a"}]', '"text"'])
def test_a_file_of_another_form_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "list.json"
    file.write_text(content)
    with pytest.raises(ValueError, match=r"list\.json is no list of known findings"):
        baseline.read(file)
