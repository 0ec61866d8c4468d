"""Shops in this process with a bell to ring, and shops in processes of their own that may die."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.http.support.shop import Shop, opened
from tests.idempotency.stub_routes import Bell
from tests.purchase.conftest import MakeIndoors, Town, make_indoors, stores  # noqa: F401 - fixtures
from tests.support.servers.databases import create_database
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey

ROOT = Path(__file__).parents[2]
SABOTAGE = ROOT / "tests" / "chaos" / "sabotage"
# Short, so that a test can wait for the end of a dead request's lease.
DYING = {
    "PYTHONPATH": f"{SABOTAGE}{os.pathsep}{ROOT}",
    "SHOP_REDIS_TIMEOUT": "1.0",
    "SHOP_WEB_WORKERS": "1",
    "SHOP_WEB_STOP_SECONDS": "1",
    "SHOP_IDEMPOTENCY_LEASE_SECONDS": "3",
    "SHOP_IDEMPOTENCY_WAIT_SECONDS": "0.2",
}


class MakeBell(Protocol):
    """Makes a shop in this process, with some settings and a bell."""

    def __call__(self, **settings: Any) -> Bell: ...


@pytest.fixture
def make_bell(make_indoors: MakeIndoors) -> MakeBell:  # noqa: F811 - the fixture above
    """Make bells, on this test worker's stores."""
    return lambda **settings: Bell(make_indoors(**settings))


@pytest.fixture
def bell(make_bell: MakeBell) -> Bell:
    """A bell in a shop with the settings as they come."""
    return make_bell()


@pytest.fixture(scope="module")
def town(stores: tuple[Valkey, MariaDB], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:  # noqa: F811 - the fixture above
    """A shop whose processes and servers may be killed. Whoever died in it, its books are right in the end."""
    valkey, mariadb = stores
    database_url = create_database(mariadb.url(), "keys")
    with opened(tmp_path_factory.mktemp("keys"), database_url, valkey.url, **DYING) as shop:
        shop.service.start("web.2")
        yield Town(shop, valkey, mariadb)
        shop.verify()


@pytest.fixture
def mortal(town: Town) -> Shop:
    """The shop of the town."""
    return town.shop
