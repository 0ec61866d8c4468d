"""A shop whose processes can crash at a named point."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.support.shop import Shop, start_shop
from tests.purchase.conftest import mariadb_and_valkey  # noqa: F401 - a fixture of servers that lose no written answer
from tests.support.servers.databases import create_database
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey

SABOTAGE = Path(__file__).parent / "sabotage"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def shop(
    mariadb_and_valkey: tuple[Valkey, MariaDB],  # noqa: F811 - the fixture above
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shop]:
    """The shop of this test worker, with one web process.

    Its invariants are verified at the end.
    """
    valkey, mariadb = mariadb_and_valkey
    database_url = create_database(mariadb.url(), "crashes")
    path = f"{SABOTAGE}{os.pathsep}{ROOT}"
    env = {"PYTHONPATH": path, "SHOP_REDIS_TIMEOUT": "1.0", "SHOP_WEB_WORKERS": "1"}
    with start_shop(tmp_path_factory.mktemp("crashes"), database_url, valkey.url, **env) as shop:
        yield shop
        shop.verify()
