"""Releases under test: the previous one, the checkout, and altered copies of it."""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[3]
PREVIOUS_RELEASE = Path(".ci", "previous-release")
# Stand-ins for libraries that the previous release imports and the checkout no longer requires.
REMOVED_PACKAGES = ROOT / "tests" / "rolling" / "removed_packages"
OLD, NEW = "old", "new"
Patch = Callable[[Path], None]


class HistoryMissing(Exception):  # noqa: N818 - describes the clone, not an error of the code.
    """This clone does not contain the previous release."""


@dataclass(frozen=True)
class Release:
    """Code of one release: `folder` contains its package `shop`."""

    name: str
    folder: Path

    @property
    def python_path(self) -> str:
        """PYTHONPATH of its processes."""
        # Only the checkout has all its packages; its processes may be forked from one that has imported it.
        return str(ROOT) if self.folder == ROOT else os.pathsep.join(map(str, (self.folder, REMOVED_PACKAGES)))

    def find_package(self) -> Path:
        """Return the file of the package `shop` that its processes import."""
        command = [sys.executable, "-c", "import shop; print(shop.__file__)"]
        env = {**os.environ, "PYTHONPATH": self.python_path}
        # A folder without code, since Python looks into the working folder first.
        found = subprocess.run(command, env=env, cwd=REMOVED_PACKAGES, capture_output=True, text=True, check=True)
        return Path(found.stdout.strip())


def checkout(name: str = NEW) -> Release:
    """Return the release of this checkout."""
    return Release(name, ROOT)


def copy_checkout(folder: Path, patch: Patch, name: str = NEW) -> Release:
    """Copy this checkout and change the copy; `patch` gets the folder of the package."""
    package = folder / "shop"
    shutil.copytree(ROOT / "shop", package, ignore=shutil.ignore_patterns("__pycache__"))
    patch(package)
    return Release(name, folder)


def extract_previous(folder: Path, root: Path = ROOT) -> Release:
    """Extract the commit of `.ci/previous-release` from the history into a folder.

    Raises HistoryMissing.
    """
    commit = (root / PREVIOUS_RELEASE).read_text().strip()
    return extract_commit(commit, folder, root, f"{commit} of {PREVIOUS_RELEASE}")


def extract_commit(
    commit: str, folder: Path, root: Path = ROOT, description: str = "", packages: Sequence[str] = ("shop",)
) -> Release:
    """Extract packages of a commit from the history into a folder.

    Raises HistoryMissing, which names the commit by its description.
    """
    folder.mkdir(exist_ok=True)
    archive, name = folder / "previous.tar", description or commit
    # The owner of a clone in a pipeline is often another user; git would refuse to read it.
    command = ["git", "-c", "safe.directory=*", "-C", str(root), "archive", f"--output={archive}", commit, *packages]
    try:
        result = subprocess.run(command, env=_without_git(os.environ), capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise HistoryMissing(f"git is not installed, so {name} cannot be read.") from None
    if result.returncode != 0:
        raise HistoryMissing(
            f"The history of this clone lacks {name}; `git fetch --unshallow` fetches it. git: {result.stderr.strip()}"
        )
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    return Release(OLD, folder)


def report_missing(missing: HistoryMissing, environment: Mapping[str, str] = os.environ) -> NoReturn:
    """Fail in a pipeline, where `CI` is set; skip elsewhere."""
    if environment.get("CI", "").lower() not in ("", "0", "false"):
        pytest.fail(f"{missing} A job of the pipeline needs GIT_DEPTH: 0.", pytrace=False)
    pytest.skip(str(missing))


def _without_git(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without variables that name another repository, as git hooks set."""
    return {name: value for name, value in environment.items() if not name.startswith("GIT_")}
