"""A shop whose processes can crash at a named point."""

from collections.abc import Iterator

import pytest

from tests.chaos.harness.crash_points import EDITOR, POINTS
from tests.chaos.harness.crash_trap import crash_env
from tests.http.support.shop import Shop, start_shop
from tests.purchase.conftest import mariadb_and_valkey  # noqa: F401 - a fixture of servers that lose no written answer
from tests.support.servers.databases import create_database
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey


@pytest.fixture(scope="session")
def shop(
    mariadb_and_valkey: tuple[Valkey, MariaDB],  # noqa: F811 - the fixture above
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shop]:
    """The shop of this test worker, with one process in each of two web servers.

    Its invariants are verified at the end.
    """
    valkey, mariadb = mariadb_and_valkey
    database_url = create_database(mariadb.url(), "crashes")
    folder = tmp_path_factory.mktemp("crashes")
    env = crash_env(folder, [point.location for point in POINTS.values()])
    env |= {"SHOP_REDIS_TIMEOUT": "1.0", "SHOP_WEB_WORKERS": "1"}
    with start_shop(folder, database_url, valkey.url, **env) as shop:
        shop.service.start(EDITOR)
        yield shop
        shop.verify()
