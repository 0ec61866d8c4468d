"""Transactions on a restarted and on a frozen database."""

import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shop.core.database.engine import Database
from shop.core.database.transaction import in_transaction
from shop.core.settings.settings import Settings
from tests.core.database.counters import prepare, raise_counter, values
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


def test_a_transaction_waits_once_for_a_frozen_server(make_mariadb: Callable[[], MariaDB]) -> None:
    server = make_mariadb()
    database = Database(Settings(database_url=server.url("mysql")))
    prepare(database)
    server.freeze()
    started_at = time.monotonic()
    with pytest.raises(OperationalError):
        in_transaction(database, lambda: raise_counter(1))
    seconds = time.monotonic() - started_at
    server.thaw()
    # A replay, or a ping of the connection before its use, would take four seconds.
    assert seconds < 3.5


def test_a_migration_may_take_longer_than_any_request(database_url: str) -> None:
    database, slow = Database(Settings(database_url=database_url)), text("SELECT SLEEP(2.3)")
    with database.migration_engine().connect() as connection:
        assert connection.scalar(slow) == 0
    with pytest.raises(OperationalError, match="timed out"), database.engine.connect() as connection:
        connection.execute(slow)
