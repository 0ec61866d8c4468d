"""Tests of the trials on a small checkout: a defect that no test notices is reported."""

from pathlib import Path

import pytest

from tests.teeth import __main__ as command
from tests.teeth import report
from tests.teeth.defect import Defect, replace
from tests.teeth.results import Result, Results, Status
from tests.teeth.trial import Trials

pytestmark = pytest.mark.slow
SOURCE = "def double(number):\n    return number * 2\n\n\ndef half(number):\n    return number / 2\n"
TESTS = """
import pytest
from shop.numbers import double

def test_double():
    assert double(3) == 6

def test_red():
    assert double(3) == 7

@pytest.fixture
def doubled():
    assert double(3) == 6
    return 6

def test_fixture(doubled):
    assert doubled == 6
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout of one module and its tests."""
    for name, text in {"shop/__init__.py": "", "shop/numbers.py": SOURCE, "tests/test_numbers.py": TESTS}.items():
        file = tmp_path / "checkout" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "checkout"


def make_defect(old: str, new: str, test: str = "test_double") -> Defect:
    return Defect("sample", "A number is doubled.", "shop/numbers.py", replace(old, new), (_node(test),))


def _node(test: str) -> str:
    return f"tests/test_numbers.py::{test}"


def run(root: Path, defect: Defect) -> Result:
    (result,) = Trials(Results.load(root.parent / "results.json"), root).run([defect], jobs=1)
    return result


def test_a_noticed_defect_names_its_test_and_leaves_the_checkout_unchanged(root: Path) -> None:
    result = run(root, make_defect("number * 2", "number * 3"))
    assert (result.status, result.detail) == (Status.NOTICED, _node("test_double"))
    assert (root / "shop" / "numbers.py").read_text(encoding="utf-8") == SOURCE


def test_a_defect_that_its_tests_do_not_notice_is_reported(root: Path) -> None:
    assert run(root, make_defect("number / 2", "number / 3")).status is Status.UNNOTICED


@pytest.mark.parametrize(
    ("old", "new", "test", "status"),
    [
        pytest.param("def double", "import missing\n\ndef double", "test_double", Status.BROKEN, id="an_import_error"),
        pytest.param("number * 2", "number * 3", "test_fixture", Status.BROKEN, id="a_failed_fixture"),
        pytest.param("number * 2", "number * 3", "test_absent", Status.UNFIT, id="a_missing_test"),
        pytest.param("number / 2", "number / 3", "test_red", Status.UNFIT, id="a_red_test"),
        pytest.param("number * 4", "number * 3", "test_double", Status.LOST, id="a_lost_patch"),
    ],
)
def test_a_test_that_is_red_for_another_reason_notices_nothing(
    root: Path, old: str, new: str, test: str, status: Status
) -> None:
    assert run(root, make_defect(old, new, test)).status is status


def test_an_interrupted_run_continues_until_the_tests_change(root: Path) -> None:
    defect, tests = make_defect("number / 2", "number / 3"), root / "tests" / "test_numbers.py"
    first = run(root, defect)
    assert run(root, defect) == first
    tests.write_text(TESTS.replace("import double", "import double, half").replace("== 6", "== 6 and half(6) == 3"))
    assert run(root, defect).status is Status.NOTICED


def make_results(noticed: int, unnoticed: int, lost: int = 0) -> list[Result]:
    counts = {Status.NOTICED: noticed, Status.UNNOTICED: unnoticed, Status.LOST: lost}
    return [Result("sample", status, "", 1.0, "") for status, count in counts.items() for _ in range(count)]


@pytest.mark.parametrize(
    ("results", "sufficient"),
    [
        pytest.param(make_results(95, 5), True, id="95_percent"),
        pytest.param(make_results(94, 6), False, id="94_percent"),
        pytest.param(make_results(99, 0, 1), False, id="a_lost_patch"),
    ],
)
def test_enough_defects_must_be_noticed(results: list[Result], sufficient: bool) -> None:
    assert report.is_sufficient(results) is sufficient


def test_the_summary_names_every_defect_that_was_not_noticed() -> None:
    rows = [(make_defect("a", "b"), result) for result in make_results(1, 1)]
    unnoticed, summary = report.summary_lines(rows)
    assert unnoticed.startswith("NOT NOTICED  /sample: A number is doubled.")
    assert summary.startswith("1 of 2 defects noticed")


def test_the_results_replace_those_on_the_page(tmp_path: Path) -> None:
    page = tmp_path / "teeth.md"
    page.write_text(f"# Teeth\n{report.START}old\n{report.END}The end.\n")
    report.write_page([(make_defect("a", "b"), result) for result in make_results(1, 1)], page)
    text = page.read_text()
    assert "old" not in text
    assert text.startswith("# Teeth\n")
    assert text.endswith("The end.\n")
    assert "| Sample | A number is doubled. | not noticed | 1 |" in text


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--only", "unknown"])
    assert "No defect or area is called unknown." in capsys.readouterr().err
