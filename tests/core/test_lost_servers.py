"""A transaction and a database that was restarted, or that does not move any more."""

import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from sqlalchemy.exc import OperationalError

from shop.core.database import Database
from shop.core.settings import Settings
from shop.core.transaction import in_transaction
from tests.core.counters import prepare, raise_counter, values
from tests.support.mariadb import MariaDB


def fill_pool(database: Database) -> None:
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(database.engine.connect())


def test_a_server_that_was_restarted_is_no_news_to_the_next_transaction(
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


def test_a_frozen_server_is_waited_for_once(make_mariadb: Callable[[], MariaDB]) -> None:
    server = make_mariadb()
    database = Database(Settings(database_url=server.url("mysql")))
    prepare(database)
    server.freeze()
    began = time.monotonic()
    with pytest.raises(OperationalError):
        in_transaction(database, lambda: raise_counter(1))
    took = time.monotonic() - began
    server.thaw()
    # A replay, or a connection that is tried before it is used, would make it four.
    assert took < 3.5
