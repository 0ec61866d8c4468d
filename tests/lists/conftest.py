"""One shop for all tests of this folder.

Tests that write use their own rows and delete them.
"""

from collections.abc import Iterator

import pytest

from tests.lists.support.list_shop import ListShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.servers.databases import create_database, drop_database
from tests.support.servers.valkey import Valkey


@pytest.fixture(scope="session")
def embedded_list_shop(valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ListShop]:
    """Shop with the same rows on SQLite, the default of `make run`."""
    folder = tmp_path_factory.mktemp("embedded")
    shop = InProcessShop(f"sqlite:///{folder}/shop.sqlite3", valkey_server.url, folder)
    yield ListShop(shop).fill()
    shop.close()


@pytest.fixture(scope="session")
def list_shop(
    database_server: str, worker_id: str, valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ListShop]:
    """Shop with filled lists."""
    name = f"shop_{worker_id}_lists"
    shop = InProcessShop(create_database(database_server, name), valkey_server.url, tmp_path_factory.mktemp("lists"))
    yield ListShop(shop).fill()
    shop.close()
    drop_database(database_server, name)
