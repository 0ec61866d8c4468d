"""Real servers for the tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support import polling
from tests.support.mariadb import MariaDB
from tests.support.polling import Eventually
from tests.support.valkey import Valkey


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[Valkey]:
    """This test worker's Valkey; tests take `valkey` or `redis_url`, which begin without keys."""
    server = Valkey.create(fsync="everysec")
    yield server
    server.destroy()


@pytest.fixture
def valkey(valkey_server: Valkey) -> Valkey:
    """This test worker's Valkey without keys; not to be killed or frozen, see `make_valkey`."""
    valkey_server.flush()
    return valkey_server


@pytest.fixture
def redis_url(valkey: Valkey) -> str:
    """Address of this test worker's Valkey, without keys."""
    return valkey.url


@pytest.fixture
def make_valkey() -> Iterator[Callable[[], Valkey]]:
    """Make Valkeys of the test's own, to kill and to freeze; an answered write is never lost."""
    with ExitStack() as stack:

        def make() -> Valkey:
            server = Valkey.create()
            stack.callback(server.destroy)
            return server

        yield make


@pytest.fixture
def make_mariadb() -> Iterator[Callable[[], MariaDB]]:
    """Make MariaDBs of the test's own, to kill and to freeze; each costs a second."""
    with ExitStack() as stack:

        def make() -> MariaDB:
            server = MariaDB.create()
            stack.callback(server.destroy)
            return server

        yield make


@pytest.fixture
def eventually() -> Eventually:
    """`eventually(assertion, timeout)`: poll until the assertion holds."""
    return polling.eventually
