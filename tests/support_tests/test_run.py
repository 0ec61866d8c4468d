"""Whole test runs: shared MariaDB, a database for each worker, complete cleanup."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.polling import Eventually
from tests.support.processes import process_groups

pytestmark = pytest.mark.server
ROOT = Path(__file__).parents[2]
INNER_TESTS = "tests/support_tests/stubs/inner_run.py"


@dataclass(frozen=True)
class Report:
    """Servers of one test worker."""

    database_url: str
    mariadb: int
    valkey: int
    mariadb_folder: Path
    valkey_folder: Path


def run_inner_tests(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "SHOP_TEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", INNER_TESTS, *arguments],
        env={**inherited, "INNER_RUN_FOLDER": str(folder), **env},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        # Ends a run that hangs: each test worker imports everything, which takes long on a busy machine.
        timeout=600,
    )


def reports(folder: Path) -> list[Report]:
    fields = [path.read_text().split(" ") for path in sorted(folder.glob("gw?"))]
    return [Report(url, int(db), int(cache), Path(one), Path(two)) for url, db, cache, one, two in fields]


def find_leftovers(worker_reports: list[Report]) -> list[int | Path]:
    pids = [pid for report in worker_reports for pid in (report.mariadb, report.valkey)]
    folders = [folder for report in worker_reports for folder in (report.mariadb_folder, report.valkey_folder)]
    return [*filter(process_groups.find_members, pids), *filter(Path.exists, folders)]


def test_two_test_workers_share_only_the_mariadb_server(tmp_path: Path) -> None:
    result = run_inner_tests(tmp_path, "-n", "2")

    assert result.returncode == 0, result.stdout
    first, second = reports(tmp_path)
    assert first.mariadb == second.mariadb
    assert first.database_url != second.database_url
    assert first.valkey != second.valkey
    assert find_leftovers([first, second]) == []


def test_a_killed_run_leaves_no_process_and_no_folder(tmp_path: Path, eventually: Eventually) -> None:
    result = run_inner_tests(tmp_path, "-n", "2", INNER_RUN_CRASH="yes")

    assert result.returncode == -9
    assert len(reports(tmp_path)) == 2
    eventually(lambda: find_leftovers(reports(tmp_path)) == [])


def test_a_configured_server_is_used_and_none_is_started(tmp_path: Path) -> None:
    url = "mysql+pymysql://root@localhost/?unix_socket=/nowhere"

    result = run_inner_tests(tmp_path, "-n", "0", "-k", "1", SHOP_TEST_DATABASE_URL=url)

    assert result.returncode == 1
    assert "Can't connect to MySQL server" in result.stdout


@pytest.mark.parametrize("count", ["0", "2"])
def test_without_mariadb_the_run_fails_with_one_sentence(tmp_path: Path, count: str) -> None:
    result = run_inner_tests(tmp_path, "-n", count, "-p", "tests.support_tests.stubs.no_mariadb")

    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "shop's tests need MariaDB: install" in result.stderr
