"""One shop behind proxies, which every test leaves well."""

from collections.abc import Iterator

import pytest

from tests.resilience.proxied_shop import ProxiedShop, start_shop
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey


@pytest.fixture(scope="session")
def proxied_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProxiedShop]:
    """A shop; at the end its invariants hold and no accepted order is lost."""
    valkey = Valkey.create(fsync="everysec")
    try:
        mariadb = MariaDB.create()
    except BaseException:
        valkey.destroy()
        raise
    try:
        with start_shop(tmp_path_factory.mktemp("harbour"), valkey, mariadb) as harbour:
            yield harbour
            harbour.shop.wait_until_quiet(harbour.item)
            harbour.shop.verify(harbour.order_ids)
    finally:
        mariadb.destroy()
        valkey.destroy()
