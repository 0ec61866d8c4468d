"""The baseline only shrinks: old findings pass, new ones fail, mended ones must leave the list."""

from collections import Counter
from pathlib import Path

import pytest

from shop.architecture.audit import baseline
from shop.architecture.audit.formats import FORMATS
from shop.architecture.finding import Finding
from tests.architecture.sample_projects import finding, judge_project

OLD, NEW = finding(what="Old."), finding(what="New.")


def listed(*findings: Finding) -> "Counter[baseline.FindingKey]":
    return Counter(map(baseline.finding_key, findings))


def test_what_is_listed_passes() -> None:
    assert baseline.compare(judge_project(OLD), listed(OLD)).passed


def test_what_is_new_fails() -> None:
    compared = baseline.compare(judge_project(OLD, NEW), listed(OLD))
    assert compared.findings == (NEW,)
    assert not compared.passed


def test_what_is_listed_may_move() -> None:
    assert baseline.compare(judge_project(finding(99, "Old.")), listed(OLD)).passed


def test_one_more_of_the_same_fails() -> None:
    again = finding(50, "Old.")
    assert baseline.compare(judge_project(OLD, again), listed(OLD)).findings == (again,)


def test_what_is_mended_fails_until_it_is_taken_off() -> None:
    compared = baseline.compare(judge_project(), listed(OLD, OLD))
    (found,) = compared.findings
    assert (found.path, found.rule) == ("arch-baseline.json", "baseline")
    assert found.what == "Mended, but still listed (2 times): shop/services/pear.py: services: Old."
    assert "--update-baseline" in found.instead


def test_an_update_takes_off_and_never_adds() -> None:
    assert baseline.shrink([NEW], listed(OLD, NEW)) == listed(NEW)
    assert baseline.shrink([OLD, OLD, NEW], listed(OLD)) == listed(OLD)
    assert baseline.shrink([OLD], listed(OLD, OLD)) == listed(OLD)


def test_without_a_list_there_is_no_verdict_on_it() -> None:
    assert baseline.compare(judge_project(), Counter()).find_group("baseline") == ()
    assert len(baseline.compare(judge_project(OLD), listed(OLD)).find_group("baseline")) == 1


def test_the_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / baseline.NAME
    assert baseline.read(file) == Counter()
    file.write_text("")  # what `check --format baseline > arch-baseline.json` finds of its own list
    assert baseline.read(file) == Counter()
    file.write_text(baseline.write(listed(OLD, OLD, NEW)))
    assert baseline.read(file) == listed(OLD, OLD, NEW)
    assert ":3" not in file.read_text()
    assert '"line"' not in file.read_text()


def test_a_project_that_adopts_late_writes_its_list_itself(tmp_path: Path) -> None:
    file = tmp_path / baseline.NAME
    file.write_text(FORMATS["baseline"](judge_project(OLD, NEW)))
    assert baseline.compare(judge_project(OLD, NEW), baseline.read(file)).passed


@pytest.mark.parametrize("group", ["row", "contract"])
def test_what_is_listed_breaks_neither_contract_nor_row(group: str) -> None:
    assert all(verdict.passed for verdict in baseline.compare(judge_project(OLD), listed(OLD)).find_group(group))
