"""A shop for fuzz tests, verified at the end."""

from collections.abc import Iterator

import pytest

from tests.fuzz.campaign import create_fuzz_database, log_search_settings
from tests.http.conftest import own_redis  # noqa: F401 - a fixture
from tests.http.support.shop import Shop, start_shop
from tests.support.servers.databases import drop_database


@pytest.fixture(scope="session")
def shop(
    database_server: str,
    worker_id: str,
    own_redis: str,  # noqa: F811 - the fixture above
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shop]:
    """The shop of this test worker."""
    name = f"shop_{worker_id}_fuzz"
    folder = tmp_path_factory.mktemp("fuzz")
    database_url = create_fuzz_database(database_server, name)
    with start_shop(folder, database_url, own_redis, **log_search_settings(folder)) as shop:
        yield shop
        shop.verify()
    drop_database(database_server, name)
