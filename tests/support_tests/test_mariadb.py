"""Temporary MariaDB servers."""

from collections.abc import Callable

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from tests.support.servers.databases import create_database
from tests.support.servers.mariadb import MariaDB


def execute(url: str, sql: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text(sql))


def count_items(url: str) -> object:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return connection.scalar(text("SELECT COUNT(*) FROM item"))


@pytest.fixture
def url(mariadb: MariaDB) -> str:
    url = create_database(mariadb.url(), "kept")
    execute(url, "CREATE TABLE item (id INT PRIMARY KEY)")
    execute(url, "INSERT INTO item VALUES (1), (2)")
    return url


@pytest.fixture
def mariadb(make_mariadb: Callable[[], MariaDB]) -> MariaDB:
    return make_mariadb()


def test_a_killed_mariadb_keeps_committed_rows(mariadb: MariaDB, url: str) -> None:
    mariadb.kill()
    mariadb.start()

    assert count_items(url) == 2


def test_a_stopped_mariadb_ends_cleanly_and_keeps_its_data(mariadb: MariaDB, url: str) -> None:
    assert mariadb.stop() == 0
    mariadb.start()

    assert count_items(url) == 2


def test_a_thawed_mariadb_answers_again(mariadb: MariaDB, url: str) -> None:
    mariadb.freeze()
    with pytest.raises(OperationalError):
        execute(f"{url}&connect_timeout=1&read_timeout=1", "SELECT 1")
    mariadb.thaw()

    assert count_items(url) == 2


def test_a_destroyed_mariadb_leaves_no_folder(mariadb: MariaDB) -> None:
    mariadb.destroy()

    assert not mariadb.folder.exists()


def test_the_socket_path_is_within_the_limit_of_the_kernel(mariadb: MariaDB) -> None:
    assert len(str(mariadb.socket)) < 100
