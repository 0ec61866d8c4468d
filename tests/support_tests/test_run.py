"""A test run as a whole: one MariaDB for all test workers, a database for each, nothing left in the end."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.polling import Eventually
from tests.support.processes import process_groups as groups

ROOT = Path(__file__).parents[2]
REHEARSAL = "tests/support_tests/inner_run.py"


@dataclass(frozen=True)
class Report:
    """What one test worker saw."""

    database_url: str
    mariadb: int
    valkey: int
    mariadb_folder: Path
    valkey_folder: Path


def rehearse(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "SHOP_TEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", REHEARSAL, *arguments],
        env={**inherited, "REHEARSAL_FOLDER": str(folder), **env},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def reports(folder: Path) -> list[Report]:
    fields = [path.read_text().split(" ") for path in sorted(folder.glob("gw?"))]
    return [Report(url, int(db), int(cache), Path(one), Path(two)) for url, db, cache, one, two in fields]


def left_behind(seen: list[Report]) -> list[int | Path]:
    pids = [pid for report in seen for pid in (report.mariadb, report.valkey)]
    folders = [folder for report in seen for folder in (report.mariadb_folder, report.valkey_folder)]
    return [*filter(groups.find_members, pids), *filter(Path.exists, folders)]


def test_two_test_workers_share_one_mariadb_and_nothing_else(tmp_path: Path) -> None:
    done = rehearse(tmp_path, "-n", "2")

    assert done.returncode == 0, done.stdout
    first, second = reports(tmp_path)
    assert first.mariadb == second.mariadb
    assert first.database_url != second.database_url
    assert first.valkey != second.valkey
    assert left_behind([first, second]) == []


def test_a_killed_run_leaves_no_process_and_no_folder(tmp_path: Path, eventually: Eventually) -> None:
    done = rehearse(tmp_path, "-n", "2", REHEARSAL_CRASH="yes")

    assert done.returncode == -9
    assert len(reports(tmp_path)) == 2
    eventually(lambda: left_behind(reports(tmp_path)) == [])


def test_a_given_server_is_used_and_no_other_started(tmp_path: Path) -> None:
    nowhere = "mysql+pymysql://nobody@localhost/?unix_socket=/nowhere"

    done = rehearse(tmp_path, "-n", "0", "-k", "1", SHOP_TEST_DATABASE_URL=nowhere)

    assert done.returncode == 1
    assert "Can't connect to MySQL server" in done.stdout


@pytest.mark.parametrize("count", ["0", "2"])
def test_without_mariadb_the_run_fails_with_one_sentence(tmp_path: Path, count: str) -> None:
    done = rehearse(tmp_path, "-n", count, "-p", "tests.support_tests.no_mariadb")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "shop's tests need MariaDB: install" in done.stderr
