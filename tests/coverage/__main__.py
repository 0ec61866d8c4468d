"""Branch coverage of the shop in all its processes: `make coverage`."""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.coverage.exclusions import find_exclusions
from tests.coverage.figures import read_files
from tests.coverage.limits import find_violations
from tests.coverage.page import render_tables, write_tables

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "var" / "coverage"
PAGE = ROOT / "docs" / "audit" / "coverage.md"


def run_coverage(*arguments: str, check: bool = True) -> int:
    """Run a command of coverage.py, and return its exit code."""
    return subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=ROOT, check=check).returncode


def measure_tests(tests: Sequence[str], workers: int) -> int:
    """Run tests under coverage, combine the data of all processes, and return the exit code of the tests."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    code = run_coverage("run", "-m", "pytest", "-n", str(workers), "--dist", "worksteal", *tests, check=False)
    run_coverage("combine", "--quiet")
    return code


def read_report() -> dict[str, Any]:
    """Print the report, and return it as data."""
    file = FOLDER / "report.json"
    run_coverage("report")
    run_coverage("json", "--quiet", "-o", str(file))
    return dict(json.loads(file.read_text()))


def main() -> int:
    """Measure, print and judge the coverage; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tests", nargs="*", help="tests to run instead of all")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write the tables into docs/audit/coverage.md")
    options = parser.parse_args()
    code = measure_tests(options.tests, options.workers)
    files, exclusions = read_files(read_report()), find_exclusions(ROOT)
    if options.write:
        write_tables(PAGE, render_tables(files, exclusions))
    violations = list(find_violations(files, exclusions))
    sys.stdout.write("".join(f"{violation}\n" for violation in violations))
    return code or bool(violations)


if __name__ == "__main__":
    sys.exit(main())
