"""Fixtures: shops with stub routes, and a service for crash tests."""

from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from tests.chaos.harness.crash_trap import crash_env
from tests.http.support.shop import Shop, start_shop
from tests.idempotency.crash_helpers import POINTS
from tests.idempotency.stub_routes import StubRoutes
from tests.purchase.conftest import MakeInProcessShop, RunningService, make_in_process_shop, mariadb_and_valkey  # noqa: F401 - fixtures
from tests.support.servers.databases import create_database
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey

# Short times, so that a test can wait for the lease of a killed process to expire.
CRASH_ENV = {
    "SHOP_REDIS_TIMEOUT": "1.0",
    "SHOP_WEB_WORKERS": "1",
    "SHOP_WEB_STOP_SECONDS": "1",
    "SHOP_IDEMPOTENCY_LEASE_SECONDS": "2",
    "SHOP_IDEMPOTENCY_WAIT_SECONDS": "0.2",
}


class MakeStubRoutes(Protocol):
    """Factory of shops with stub routes, in this process."""

    def __call__(self, **settings: Any) -> StubRoutes: ...


@pytest.fixture
def make_stub_routes(make_in_process_shop: MakeInProcessShop) -> MakeStubRoutes:  # noqa: F811 - the fixture above
    """Return a factory that uses the stores of this test worker."""
    return lambda **settings: StubRoutes(make_in_process_shop(**settings))


@pytest.fixture
def stub_routes(make_stub_routes: MakeStubRoutes) -> StubRoutes:
    """Return stub routes in a shop with default settings."""
    return make_stub_routes()


@pytest.fixture(scope="module")
def running_service(
    mariadb_and_valkey: tuple[Valkey, MariaDB],  # noqa: F811 - the fixture above
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningService]:
    """Run a shop whose processes and servers may be killed.

    In the end all invariants of its data hold.
    """
    valkey, mariadb = mariadb_and_valkey
    database_url = create_database(mariadb.url(), "keys")
    folder = tmp_path_factory.mktemp("keys")
    with start_shop(folder, database_url, valkey.url, **CRASH_ENV, **crash_env(folder, POINTS)) as shop:
        shop.service.start("web.2")
        yield RunningService(shop, valkey, mariadb)
        shop.verify()


@pytest.fixture
def crashing_service(running_service: RunningService) -> Shop:
    """Return the shop of the running service."""
    return running_service.shop
