"""Real servers for the tests: one MariaDB for the run, one Valkey and one database for each test worker.

MariaDB starts before the first test, whichever tests run: that costs a second, and its owner is the one
process that outlives every test worker. A worker that started it on demand would take it along in a crash.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest

from shop.core.database.model import DEFAULT_TENANT
from shop.core.tenant import all_tenants, in_tenant
from tests.support import polling, selection, syntax_trees
from tests.support.collection import (  # noqa: F401 - hooks of pytest
    pytest_addoption,
    pytest_collection,
    pytest_collection_modifyitems,
    pytest_make_parametrize_id,
    pytest_report_header,
    pytest_terminal_summary,
)
from tests.support.counted_metrics import counted  # noqa: F401 - a fixture
from tests.support.guards import guards  # noqa: F401 - a fixture, on for every test
from tests.support.log_teardown import own_log_ends  # noqa: F401 - a fixture, on for every test
from tests.support.polling import Eventually
from tests.support.processes.processes import MakeService, Service
from tests.support.secret_leaks import no_secret_is_printed  # noqa: F401 - a fixture, on for every test
from tests.support.servers.databases import create_database, drop_database, empty_database
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.mariadb_tools import MariaDBAbsent
from tests.support.servers.mongo import Mongo
from tests.support.servers.valkey import Valkey, borrow_database

SERVER_URL = "SHOP_TEST_DATABASE_URL"
REDIS_URL = "SHOP_TEST_REDIS_URL"


def pytest_configure() -> None:
    """Protect the parser of Python before the first test is imported."""
    syntax_trees.protect_parser()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start MariaDB before the test workers, who inherit its address as if it had been given to them."""
    is_worker = hasattr(session.config, "workerinput")
    if session.config.option.markexpr.startswith(selection.WITHOUT_SERVERS):
        selection.forbid_servers()
        return
    if is_worker or session.config.option.collectonly or os.environ.get(SERVER_URL):
        return
    try:
        server = MariaDB.create()
    except MariaDBAbsent as absent:
        raise pytest.UsageError(str(absent)) from None
    os.environ[SERVER_URL] = server.url()
    session.config.add_cleanup(server.destroy)
    session.config.add_cleanup(lambda: os.environ.__delitem__(SERVER_URL))


@pytest.fixture(scope="session")
def database_server() -> str:
    """Address of the database server of this run."""
    return os.environ[SERVER_URL]


@pytest.fixture(scope="session")
def database_url(database_server: str, worker_id: str) -> Iterator[str]:
    """Address of this test worker's own database, made anew for the run, without tables."""
    name = f"shop_{worker_id}"
    yield create_database(database_server, name)
    drop_database(database_server, name)


@pytest.fixture
def clean_database(database_url: str) -> str:
    """Address of this test worker's database, every table empty."""
    empty_database(database_url)
    return database_url


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
def redis_url(worker_id: str, request: pytest.FixtureRequest) -> str:
    """Address of this test worker's Valkey, or of its database on the Redis of SHOP_TEST_REDIS_URL; without keys."""
    if server := os.environ.get(REDIS_URL):
        return borrow_database(server, worker_id)
    valkey: Valkey = request.getfixturevalue("valkey")
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
def make_service(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[MakeService]:
    """Make Services, whose processes all end with the test."""
    with ExitStack() as stack:

        def make(*, database_url: str = "", redis_url: str = "", env: Mapping[str, str] | None = None) -> Service:
            database = database_url or request.getfixturevalue("clean_database")
            redis = redis_url or request.getfixturevalue("redis_url")
            service = Service(tmp_path_factory.mktemp("service"), database, redis, env)
            stack.callback(service.close)
            return service

        yield make


@pytest.fixture
def one_tenant() -> Iterator[None]:
    """The test does what a request or job of the default tenant does."""
    with in_tenant(DEFAULT_TENANT):
        yield


@pytest.fixture
def every_tenant() -> Iterator[None]:
    """The test asks the database as system work does, for every tenant."""
    with all_tenants():
        yield


@pytest.fixture
def eventually() -> Eventually:
    """`eventually(assertion, timeout)`: poll until the assertion holds."""
    return polling.eventually


@pytest.fixture
def mongo() -> Iterator[Mongo]:
    """A server that speaks MongoDB's wire protocol."""
    server = Mongo()
    yield server
    server.destroy()
