"""Transactions on a restarted and on a frozen database."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shop.core.database.engine import Database
from shop.core.database.mysql import ANSWER_SECONDS, Connection
from shop.core.database.transaction import in_transaction
from shop.core.settings.settings import Settings
from tests.core.database.support.counters import prepare, raise_counter, values
from tests.support.servers.mariadb import MariaDB

pytestmark = pytest.mark.usefixtures("every_tenant")


def fill_pool(database: Database) -> None:
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(database.engine.connect())


def test_the_next_transaction_after_a_server_restart_succeeds(
    make_mariadb: Callable[[], MariaDB],
) -> None:
    server = make_mariadb()
    database = Database(Settings(database_url=server.url("mysql")))
    prepare(database)
    fill_pool(database)
    server.stop()
    server.start()
    in_transaction(database, lambda: raise_counter(1))
    assert values(database) == [1, 0]


def test_a_transaction_waits_once_for_a_frozen_server(
    make_mariadb: Callable[[], MariaDB], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = make_mariadb()
    database = Database(Settings(database_url=server.url("mysql")))
    prepare(database)
    waits = record_waits(monkeypatch)
    server.freeze()
    with pytest.raises(OperationalError, match="timed out"):
        in_transaction(database, lambda: raise_counter(1))
    server.thaw()
    # A replay, a ping of the connection before its use, or a rollback would wait as well.
    assert waits == [ANSWER_SECONDS]


def record_waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the time-out of each command that is sent, and of each handshake."""
    waits: list[float] = []
    limit = Connection._limit_timeouts

    def record(connection: Connection, timeout: float) -> None:
        waits.append(timeout)
        limit(connection, timeout)

    monkeypatch.setattr(Connection, "_limit_timeouts", record)
    return waits


def test_a_connection_that_is_lost_late_is_replayed(make_mariadb: Callable[[], MariaDB]) -> None:
    server = make_mariadb()
    database = Database(Settings(database_url=server.url("mysql")))
    prepare(database)

    def raise_after_a_while() -> None:
        # On a busy machine, or in a long job, the loss is noticed late.
        raise_counter(1)
        if not restarts:
            restarts.append(server.stop())
            server.start()
        raise_counter(1)

    restarts: list[int] = []
    in_transaction(database, raise_after_a_while)
    assert values(database) == [2, 0]


def test_a_migration_may_take_longer_than_any_request(database_url: str) -> None:
    database, slow = Database(Settings(database_url=database_url)), text("SELECT SLEEP(2.3)")
    with database.migration_engine().connect() as connection:
        assert connection.scalar(slow) == 0
    with pytest.raises(OperationalError, match="timed out"), database.engine.connect() as connection:
        connection.execute(slow)
