"""A shop whose processes can be told to die at a named point."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.support.shop import Shop, opened
from tests.purchase.conftest import stores  # noqa: F401 - a fixture: servers that lose no answered write
from tests.support.servers.databases import create_database
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey

SABOTAGE = Path(__file__).parent / "sabotage"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def shop(stores: tuple[Valkey, MariaDB], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:  # noqa: F811 - the fixture above
    """This test worker's shop, one web process of it. Whoever died in it, its books are right in the end."""
    valkey, mariadb = stores
    database_url = create_database(mariadb.url(), "crashes")
    path = f"{SABOTAGE}{os.pathsep}{ROOT}"
    env = {"PYTHONPATH": path, "SHOP_REDIS_TIMEOUT": "1.0", "SHOP_WEB_WORKERS": "1"}
    with opened(tmp_path_factory.mktemp("crashes"), database_url, valkey.url, **env) as shop:
        yield shop
        shop.verify()
