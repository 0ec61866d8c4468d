"""Figures, exclusions and limits of `make coverage`."""

from pathlib import Path

import pytest

from tests.coverage.exclusions import Exclusion, find_exclusions
from tests.coverage.figures import Figures, find_package, read_files, sum_packages
from tests.coverage.limits import find_violations
from tests.coverage.page import BEGIN, END, render_tables, write_tables

ROOT = Path(__file__).parents[2]
REPORT = {
    "files": {
        "shop/services/item.py": {
            "summary": {"num_statements": 10, "covered_lines": 9, "num_branches": 4, "covered_branches": 2},
            "missing_lines": [12],
            "missing_branches": [[11, 12], [20, -18]],
        },
        "shop/cli.py": {
            "summary": {"num_statements": 6, "covered_lines": 3, "num_branches": 0, "covered_branches": 0},
            "missing_lines": [1, 2, 3],
            "missing_branches": [],
        },
    }
}
EXPLAINED = Exclusion("shop/cli.py", 7, "os._exit(1)", "ends the process")


def test_figures_name_the_lines_and_branches_that_did_not_run() -> None:
    cli, item = read_files(REPORT)
    assert item == Figures("shop/services/item.py", 10, 9, 4, 2, ("12", "11->12", "20->exit"))
    assert (cli.percent, round(item.percent, 1)) == (50.0, 78.6)


@pytest.mark.parametrize(
    ("path", "package"),
    [
        ("shop/cli.py", "shop"),
        ("shop/services/item.py", "shop/services"),
        ("shop/services/stock/rows.py", "shop/services"),
        ("shop/core/errors.py", "shop/core"),
        ("shop/core/redis/client.py", "shop/core/redis"),
    ],
)
def test_files_are_grouped_by_package(path: str, package: str) -> None:
    assert find_package(path) == package


def test_a_package_is_the_sum_of_its_files() -> None:
    one = Figures("shop/services/item.py", 10, 9, 4, 2, ("12",))
    other = Figures("shop/services/stock/rows.py", 5, 5, 2, 2)
    assert sum_packages([one, other]) == [Figures("shop/services", 15, 14, 6, 4, ("shop/services/item.py:12",))]


def test_only_packages_with_a_limit_must_be_covered_completely() -> None:
    assert list(find_violations(read_files(REPORT), [EXPLAINED])) == [
        "shop/services/item.py has lines or branches that no test runs: 12, 11->12, 20->exit."
    ]


def test_a_file_with_many_gaps_shows_ten() -> None:
    file = Figures("shop/core/errors.py", 12, 0, 0, 0, tuple("abcdefghijkl"))
    (violation,) = find_violations([file], [])
    assert violation.endswith("no test runs: a, b, c, d, e, f, g, h, i, j and 2 more.")


def test_an_exclusion_needs_a_reason() -> None:
    excluded = Exclusion("shop/cli.py", 7, "os._exit(1)", "")
    assert list(find_violations([], [excluded])) == ["shop/cli.py:7 is excluded without a reason."]


def test_exclusions_are_found_with_their_reasons(tmp_path: Path) -> None:
    file = tmp_path / "shop" / "end.py"
    file.parent.mkdir()
    file.write_text(
        'TEXT = "# pragma: no cover - only a text"\n'
        "os._exit(1)  # pragma: no cover - ends the process\n"
        "if forked:  # pragma: no branch\n"
        "    pass\n"
    )
    assert find_exclusions(tmp_path) == [
        Exclusion("shop/end.py", 2, "os._exit(1)", "ends the process"),
        Exclusion("shop/end.py", 3, "if forked:", ""),
    ]


def test_every_exclusion_of_the_shop_has_a_reason() -> None:
    assert [exclusion for exclusion in find_exclusions(ROOT) if not exclusion.is_explained] == []


def test_the_page_shows_packages_and_reasons_and_never_rounds_up() -> None:
    nearly_full = Figures("shop/services/item.py", 9999, 9998, 0, 0, ("12",))
    assert render_tables([nearly_full], [EXPLAINED]).splitlines() == [
        "| package | statements | branches | ran |",
        "|---|---:|---:|---:|",
        "| `shop/services` | 9999 | 0 | 99.9 % |",
        "| `all` | 9999 | 0 | 99.9 % |",
        "",
        "| file | code | reason |",
        "|---|---|---|",
        "| `shop/cli.py` | `os._exit(1)` | ends the process |",
    ]


def test_tables_are_written_between_their_marks_only(tmp_path: Path) -> None:
    page = tmp_path / "coverage.md"
    page.write_text(f"# Coverage\n\n{BEGIN}\n\nold\n\n{END}\n\nEnd.\n")
    write_tables(page, "new")
    assert page.read_text() == f"# Coverage\n\n{BEGIN}\n\nnew\n\n{END}\n\nEnd.\n"


def test_a_page_without_marks_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "coverage.md"
    page.write_text(f"{BEGIN}\n")
    with pytest.raises(ValueError, match="has no place for the figures"):
        write_tables(page, "new")


def test_the_committed_page_has_a_place_for_the_tables() -> None:
    page = (ROOT / "docs" / "audit" / "coverage.md").read_text()
    assert page.index(BEGIN) < page.index(END)
