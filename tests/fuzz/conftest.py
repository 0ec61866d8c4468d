"""A shop for fuzz tests, verified at the end."""

import os
from collections.abc import Iterator

import pytest

from tests.fuzz.campaign import CHEAP_HASHING, log_search_settings
from tests.http.conftest import own_redis  # noqa: F401 - a fixture
from tests.http.support.shop import Shop, start_shop
from tests.support.servers.databases import create_database, drop_database


@pytest.fixture(scope="session")
def shop(worker_id: str, own_redis: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:  # noqa: F811 - the fixture above
    """The shop of this test worker."""
    server_url, name = os.environ["SHOP_TEST_DATABASE_URL"], f"shop_{worker_id}_fuzz"
    folder = tmp_path_factory.mktemp("fuzz")
    with start_shop(
        folder, create_database(server_url, name), own_redis, **CHEAP_HASHING, **log_search_settings(folder)
    ) as shop:
        yield shop
        shop.verify()
    drop_database(server_url, name)
