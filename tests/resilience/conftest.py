"""One shop behind proxies; each test ends its faults."""

from collections.abc import Iterator

import pytest

from tests.resilience.proxied_shop import ProxiedShop, start_shop
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey


@pytest.fixture(scope="session")
def proxied_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProxiedShop]:
    """A shop behind proxies; verified at the end, with all accepted orders."""
    valkey = Valkey.create(fsync="everysec")
    try:
        mariadb = MariaDB.create()
    except BaseException:
        valkey.destroy()
        raise
    try:
        with start_shop(tmp_path_factory.mktemp("resilience"), valkey, mariadb) as running_shop:
            yield running_shop
            running_shop.shop.wait_until_quiet(running_shop.item)
            running_shop.shop.verify(running_shop.order_ids)
    finally:
        mariadb.destroy()
        valkey.destroy()
