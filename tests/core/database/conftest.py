"""Databases with two tenants, on MariaDB and SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from shop.core.database.engine import Database
from shop.core.settings.settings import Settings
from tests.core.database.support.stub_job import StubJob
from tests.core.database.support.two_tenants import TenantDatabases, open_databases
from tests.support.servers.databases import create_database, drop_database


@pytest.fixture(scope="session", params=[pytest.param("mariadb", marks=pytest.mark.server), "sqlite"])
def tenant_databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[TenantDatabases]:
    """Databases with two tenants and with one; tests roll back their changes."""
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("tenants")
        with open_databases(f"sqlite:///{folder}/shared", f"sqlite:///{folder}/single") as databases:
            yield databases
        return
    server_url, names = request.getfixturevalue("database_url"), [f"shop_{worker_id}_{n}" for n in ("shared", "single")]
    with open_databases(*(create_database(server_url, name) for name in names)) as databases:
        yield databases
    for name in names:
        drop_database(server_url, name)


@pytest.fixture
def job(tmp_path: Path) -> Iterator[StubJob]:
    """A stand-in for a Controller on a database of words."""
    database = Database(Settings(var=str(tmp_path)))
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE words (word TEXT)"))
    yield StubJob(database)
    database.engine.dispose()
