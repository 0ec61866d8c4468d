"""The database engine: error messages, probe, pool."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shop.core.database.engine import CountingPool, Database, DatabaseUnavailable, _Probe
from shop.core.settings.settings import Settings
from shop.migrations.runner import latest_version
from tests.support.servers.databases import create_database, drop_database, migrate_database


def failure(engine: Engine) -> str:
    """Return the message of a failed statement."""
    with pytest.raises(DBAPIError) as failed, engine.connect() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:word)"), {"word": "hunter2"})
    return str(failed.value)


@pytest.mark.usefixtures("every_tenant")
@pytest.mark.parametrize("kind", ["engine", "migration_engine"])
def test_the_message_of_a_failed_statement_has_no_values(clean_database: str, tmp_path: Path, kind: str) -> None:
    for address in (clean_database, f"sqlite:///{tmp_path / 'shop.sqlite3'}"):
        engine = getattr(Database(Settings(database_url=address)), kind)
        message = failure(engine if kind == "engine" else engine())

        assert "INSERT INTO nowhere" in message
        assert "hunter2" not in message


def test_the_probe_returns_the_schema_version_and_connects_again(database_url: str) -> None:
    name = f"{make_url(database_url).database}_probed"
    address = create_database(database_url, name)
    probe, engine = _Probe(address), create_engine(address)
    try:
        # The server responds, without tables.
        assert probe.check() == "None"
        migrate_database(engine)
        assert probe.check() == latest_version()

        assert probe._connection
        connection_id = probe._connection.scalar(text("SELECT CONNECTION_ID()"))
        with engine.connect() as connection:
            connection.execute(text(f"KILL {connection_id}"))
        with pytest.raises(DBAPIError):
            probe.check()
        assert probe.check() == latest_version()
    finally:
        engine.dispose()
        drop_database(database_url, name)


def test_time_outs_of_the_pool_are_counted(clean_database: str) -> None:
    engine = create_engine(clean_database, poolclass=CountingPool, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with engine.connect():
        for _ in range(2):
            with pytest.raises(PoolTimeoutError):
                engine.connect()
    with engine.connect():
        assert isinstance(engine.pool, CountingPool)
        assert engine.pool.timeouts == 2
    engine.dispose()


def test_nothing_is_sent_to_a_database_that_is_down(clean_database: str) -> None:
    database = Database(Settings(database_url=clean_database))
    database.require_available()

    database.store_monitor.down = ConnectionError("frozen")

    with pytest.raises(DatabaseUnavailable, match="The database is down: frozen"):
        database.require_available()
