"""Runs of a few tests in a checkout, in a process of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from xml.etree import ElementTree

RUN_SECONDS_MAX = 180.0
_FAILED_EXIT_CODE = 1
# Each run starts its own stores: two runs at a time must not share a database.
_NOT_INHERITED = ("SHOP_", "FLASK_", "PYTEST_")


class Verdict(StrEnum):
    """Outcome of a run. BROKEN: the tests did not run, or ended in an error of a fixture."""

    GREEN = "green"
    RED = "red"
    BROKEN = "broken"
    LATE = "late"


class SelectionRun(NamedTuple):
    """Verdict of a run; `detail` is the first failed test, or the end of the output."""

    verdict: Verdict
    detail: str
    seconds: float


def run_selection(folder: Path, tests: Sequence[str], seconds_max: float = RUN_SECONDS_MAX) -> SelectionRun:
    """Run tests in a checkout until the first failure."""
    started = time.monotonic()
    with TemporaryDirectory(prefix="teeth-") as reports:
        report = Path(reports, "report.xml")
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "xdist.plugin", f"--junitxml={report}"]
        exit_code, output = _run([sys.executable, "-m", "pytest", *options, *tests], folder, seconds_max)
        failed = _find_failure(report) if report.exists() else ""
    seconds = time.monotonic() - started
    if exit_code == 0:
        return SelectionRun(Verdict.GREEN, "", seconds)
    if exit_code is None:
        return SelectionRun(Verdict.LATE, f"not finished after {seconds_max:.0f} s", seconds)
    if exit_code == _FAILED_EXIT_CODE and failed:
        return SelectionRun(Verdict.RED, failed, seconds)
    return SelectionRun(Verdict.BROKEN, output[-1000:], seconds)


def can_import(folder: Path, path: str) -> bool:
    """Return True when the module of a file imports; a file of another language has none."""
    if not path.endswith(".py"):
        return True
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    # A migration runs inside Alembic, and its name is no identifier.
    if not all(part.isidentifier() for part in module.split(".")):
        return True
    exit_code, _ = _run([sys.executable, "-c", f"import {module}"], folder, RUN_SECONDS_MAX)
    return exit_code == 0


def _run(command: Sequence[str], folder: Path, seconds_max: float) -> tuple[int | None, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    # The path of the copy comes before the one that the virtual environment has for the original. Only the plugin that
    # fixtures use is loaded: the others take longer to import than most selections to run.
    env = {**inherited, "PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds_max)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return None, ""
        return process.returncode, output


def _find_failure(report: Path) -> str:
    """Return the first test whose own body failed, or an empty text."""
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None:
            return f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"
    return ""
