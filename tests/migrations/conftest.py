"""Fixtures of empty databases: MariaDB and SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from shop.core.database.engine import Database
from shop.core.settings.settings import Settings
from tests.support.servers.databases import create_database, drop_database


@pytest.fixture(params=[pytest.param("mariadb", marks=pytest.mark.server), "sqlite"])
def address(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[str]:
    """Create an empty database for one test, and return its URL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/shop.sqlite3"
        return
    server_url, name = request.getfixturevalue("database_url"), f"shop_{worker_id}_migrations"
    yield create_database(server_url, name)
    drop_database(server_url, name)


@pytest.fixture
def engine(address: str) -> Iterator[Engine]:
    """Create the engine of the service for the database."""
    engine = Database(Settings(database_url=address)).engine
    yield engine
    engine.dispose()
