"""One running shop with stores of its own, which the tests of this folder may ruin as long as they repair them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.http.shop import Shop, opened
from tests.purchase.indoors import Indoors
from tests.purchase.judge import without_floor
from tests.support.databases import create_database, drop_database
from tests.support.mariadb import MariaDB
from tests.support.valkey import Valkey


@dataclass(frozen=True)
class Town:
    """A shop and the servers it stands on."""

    shop: Shop
    valkey: Valkey
    mariadb: MariaDB


@pytest.fixture(scope="session")
def stores() -> Iterator[tuple[Valkey, MariaDB]]:
    """Servers that lose no answered write."""
    valkey = Valkey.create()
    try:
        mariadb = MariaDB.create()
    except BaseException:
        valkey.destroy()
        raise
    yield valkey, mariadb
    mariadb.destroy()
    valkey.destroy()


@pytest.fixture(scope="session")
def town(stores: tuple[Valkey, MariaDB], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """This test worker's shop. Whatever the tests did to it, its books are right in the end."""
    valkey, mariadb = stores
    database_url = create_database(mariadb.url(), "shop")
    # This Valkey syncs every write, on a disk that it shares with other tests: it may stall for longer than 0.4 s.
    with opened(tmp_path_factory.mktemp("town"), database_url, valkey.url, SHOP_REDIS_TIMEOUT="1.0") as shop:
        yield Town(shop, valkey, mariadb)
        shop.verify()


@pytest.fixture
def indoors(clean_database: str, valkey: Valkey, tmp_path: Path) -> Iterator[Indoors]:
    """A shop in this process, on this test worker's stores."""
    shop = Indoors(clean_database, valkey.url, tmp_path)
    yield shop
    shop.close()


@pytest.fixture
def floorless(database_url: str, valkey: Valkey, tmp_path: Path) -> Iterator[Indoors]:
    """A shop whose table of items takes any stock, on a database of its own."""
    name = f"{make_url(database_url).database}_floorless"
    shop = Indoors(create_database(database_url, name), valkey.url, tmp_path)
    without_floor(shop)
    yield shop
    shop.close()
    drop_database(database_url, name)
