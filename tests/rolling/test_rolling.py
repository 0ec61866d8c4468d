"""Short form of `make rolling`: forward from the previous release to this one, under load."""

import subprocess
from pathlib import Path

import pytest

from tests.rolling.conftest import StartRollout
from tests.rolling.harness.campaign import run
from tests.rolling.harness.releases import (
    PREVIOUS_RELEASE,
    ROOT,
    HistoryMissing,
    Release,
    checkout,
    extract_previous,
    report_missing,
)


def test_two_releases_serve_side_by_side(
    previous_release: Release, start_rollout: StartRollout, tmp_path: Path
) -> None:
    outcome = run(start_rollout(previous_release, checkout()), tmp_path)
    assert not outcome.problems, outcome.text
    assert {release for release, code in outcome.counts if code == 202} == {"old", "new"}


def test_each_release_runs_its_own_code(previous_release: Release) -> None:
    for release in (previous_release, checkout()):
        assert release.find_package() == release.folder / "shop" / "__init__.py"


@pytest.fixture
def clone_without_history(tmp_path: Path) -> Path:
    """Create a repository whose history lacks the previous release."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / PREVIOUS_RELEASE).write_text((ROOT / PREVIOUS_RELEASE).read_text())
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


def test_a_clone_without_the_commit_is_reported(clone_without_history: Path, tmp_path: Path) -> None:
    with pytest.raises(HistoryMissing, match="lacks"):
        extract_previous(tmp_path, clone_without_history)


def test_sources_without_a_repository_are_reported(clone_without_history: Path, tmp_path: Path) -> None:
    (clone_without_history / ".git").rename(tmp_path / "hidden")
    with pytest.raises(HistoryMissing, match="lacks"):
        extract_previous(tmp_path, clone_without_history)


def test_a_machine_without_git_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HistoryMissing, match="not installed"):
        extract_previous(tmp_path)


@pytest.mark.parametrize("value", ["true", "1"])
def test_a_pipeline_fails_without_the_history(value: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="GIT_DEPTH"):
        report_missing(HistoryMissing("No history."), {"CI": value})


@pytest.mark.parametrize("environment", [{}, {"CI": ""}, {"CI": "false"}])
def test_other_clones_skip_without_the_history(environment: dict[str, str]) -> None:
    with pytest.raises(pytest.skip.Exception, match="No history"):
        report_missing(HistoryMissing("No history."), environment)
