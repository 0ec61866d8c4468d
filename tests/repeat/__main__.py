"""Runs of the tests in a row, some beside a busy core: `make repeat`.

Each run is one line of var/repeat.jsonl. A stopped series continues with the next run of the same commit.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "var" / "repeat.jsonl"
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_BUSY_LOOP = "while True: pass"


@contextmanager
def keep_core_busy() -> Iterator[subprocess.Popen[bytes]]:
    """Run a process that uses one core as long as the block runs."""
    process = subprocess.Popen([sys.executable, "-c", _BUSY_LOOP])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def run_tests(tests: Sequence[str], workers: int) -> dict[str, Any]:
    """Run the tests once; return exit code, seconds, the summary and the failed tests."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", str(workers), "--dist", "worksteal"]
    start = time.monotonic()
    run = subprocess.run([*command, *tests], cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        "code": run.returncode,
        "seconds": round(time.monotonic() - start),
        "summary": (run.stdout.strip().splitlines() or [""])[-1],
        "failed": _FAILED.findall(run.stdout),
    }


def run_series(
    runs: int, busy: int, tests: Sequence[str], workers: int, results: Path = RESULTS
) -> list[dict[str, Any]]:
    """Run the tests until `runs` runs of this commit are recorded, the last `busy` of them beside a busy core."""
    commit = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True).strip()
    records = [record for record in read_results(results) if record["commit"] == commit]
    results.parent.mkdir(exist_ok=True)
    while len(records) < runs:
        loaded = len(records) >= runs - busy
        with keep_core_busy() if loaded else nullcontext():
            record = run_tests(tests, workers)
        records.append({"commit": commit, "run": len(records) + 1, "busy_core": loaded, **record})
        with results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(records[-1]) + "\n")
        sys.stdout.write(_describe(records[-1]))
        sys.stdout.flush()
    return records


def read_results(results: Path) -> list[dict[str, Any]]:
    """Return the recorded runs, oldest first."""
    if not results.exists():
        return []
    return [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]


def _describe(record: dict[str, Any]) -> str:
    place = ", beside a busy core" if record["busy_core"] else ""
    failed = "".join(f"\n  {test}" for test in record["failed"])
    return f"run {record['run']}{place}: exit code {record['code']}, {record['summary']}{failed}\n"


def main() -> int:
    """Run the series; return 1 when a run failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tests", nargs="*", help="tests to run instead of all")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--busy", type=int, default=5, help="runs beside a process that uses one core")
    parser.add_argument("--workers", type=int, default=3)
    options = parser.parse_args()
    records = run_series(options.runs, options.busy, options.tests, options.workers)
    return int(any(record["code"] for record in records))


if __name__ == "__main__":
    sys.exit(main())
