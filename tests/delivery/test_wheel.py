"""Completeness of the wheel.

The image installs a wheel, while developers use an editable install, which has all files.
"""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.delivery.delivery_files import ROOT, copied_paths

pytestmark = pytest.mark.slow


def test_the_wheel_contains_every_file_of_the_package(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in set(copied_paths()) - {"requirements.lock"}:
        _copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", tmp_path, source], check=True)
    (wheel,) = tmp_path.glob("shop-*.whl")
    assert _package_files(ROOT) - set(zipfile.ZipFile(wheel).namelist()) == set()


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(path, to)


def _package_files(root: Path) -> set[str]:
    paths = (path for path in (root / "shop").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix() for path in paths}
