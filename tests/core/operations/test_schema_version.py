"""Schema versions on which a release serves: its own, and later ones."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from shop.app import create_app
from shop.core.operations.schema_version import is_usable
from shop.core.settings.settings import Settings
from shop.migrations import runner

NEWER, OLDER = "0999", "0001"


@pytest.mark.parametrize("current", ["0007", "0008", "0010", "10000"])
def test_the_required_schema_and_a_newer_one_are_usable(current: str) -> None:
    assert is_usable(current, "0007")


@pytest.mark.parametrize("current", ["0006", "0001", "", None, "down", "late", "unknown"])
def test_an_older_schema_and_none_are_not_usable(current: str | None) -> None:
    assert not is_usable(current, "0007")


def test_the_versions_of_the_schema_are_increasing_numbers() -> None:
    versions = [script.revision for script in ScriptDirectory(Path(runner.__file__).parent).walk_revisions()]
    assert [int(version) for version in reversed(versions)] == list(range(1, len(versions) + 1))


@pytest.fixture
def database_file(tmp_path: Path) -> str:
    """Address of a database with the schema of this release."""
    address = f"sqlite:///{tmp_path}/shop.sqlite3"
    runner.upgrade(create_engine(address))
    return address


def write_version(address: str, version: str) -> None:
    with create_engine(address).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


@pytest.mark.parametrize(("version", "status", "words"), [(NEWER, 200, "ok"), (OLDER, 503, f"schema {OLDER}, not ")])
def test_a_web_process_is_ready_on_a_newer_schema_only(
    database_file: str, tmp_path: Path, version: str, status: int, words: str
) -> None:
    write_version(database_file, version)
    settings = Settings(var=str(tmp_path), redis_url="unix:///nowhere.sock", database_url=database_file)
    answer = create_app(settings).test_client().get("/readyz")
    assert answer.status_code == status
    assert words in (answer.json or {})["data"]["database"]


def test_a_migration_leaves_a_newer_schema(database_file: str) -> None:
    write_version(database_file, NEWER)
    assert runner.upgrade(create_engine(database_file)) == NEWER


def test_a_migration_returns_the_version_of_the_schema(database_file: str) -> None:
    assert runner.upgrade(create_engine(database_file)) == runner.latest_version()
