"""Real servers for the tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support import polling
from tests.support.mariadb import MariaDB
from tests.support.polling import Eventually


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
