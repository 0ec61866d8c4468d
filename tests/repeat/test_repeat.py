"""Tests of repeated runs: a test that fails now and then turns the series red."""

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.repeat import __main__ as repeat
from tests.repeat.__main__ import keep_core_busy, read_results, run_series

pytestmark = pytest.mark.slow
# Fails in its second run: the first one leaves a file.
_SOMETIMES = """
from pathlib import Path

def test_sometimes():
    mark = Path(__file__).with_name("mark")
    assert not mark.exists()
    mark.touch()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def test_a_test_that_fails_now_and_then_is_named(folder: Path) -> None:
    (folder / "test_sometimes.py").write_text(_SOMETIMES)
    records = run_series(3, 0, [f"--rootdir={folder}", f"-c{folder}/pytest.ini", str(folder)], 0, folder / "runs.jsonl")
    assert [record["code"] for record in records] == [0, 1, 1]
    assert [len(record["failed"]) for record in records] == [0, 1, 1]
    assert records[1]["failed"][0].endswith("test_sometimes.py::test_sometimes")


def test_a_stopped_series_continues(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []

    def keep_core_busy_and_count() -> AbstractContextManager[object]:
        loads.append("busy")
        return keep_core_busy()

    monkeypatch.setattr(repeat, "keep_core_busy", keep_core_busy_and_count)
    (folder / "test_always.py").write_text("def test_always():\n    pass\n")
    arguments = [f"--rootdir={folder}", f"-c{folder}/pytest.ini", str(folder)], 0, folder / "runs.jsonl"
    run_series(1, 0, *arguments)
    records = run_series(3, 1, *arguments)
    assert [(record["run"], record["busy_core"]) for record in records] == [(1, False), (2, False), (3, True)]
    assert records == read_results(folder / "runs.jsonl")
    assert loads == ["busy"]


def test_a_busy_core_ends_with_its_block() -> None:
    with keep_core_busy() as process:
        assert process.poll() is None
    assert process.returncode == -9
