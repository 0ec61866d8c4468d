"""One running shop with stores of its own, which the tests of this folder may ruin as long as they repair them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.http.shop import Shop, opened
from tests.purchase.indoors import Indoors
from tests.support.databases import create_database
from tests.support.mariadb import MariaDB
from tests.support.valkey import Valkey


@dataclass(frozen=True)
class Town:
    """A shop and the servers it stands on."""

    shop: Shop
    valkey: Valkey
    mariadb: MariaDB


class Sale(NamedTuple):
    """An item of ten pieces in its first epoch: three are sold, two more were given back.

    `before`: the gate before the first purchase.
    """

    shop: Indoors
    item: int
    token: str
    before: dict[str, str]


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
def sale(indoors: Indoors, monkeypatch: pytest.MonkeyPatch) -> Sale:
    """The sale, on which everything is right; `before`: the gate as it was before the first purchase."""
    monkeypatch.setattr("shop.jobs.stock.SECOND_LOOK_SECONDS", 0.05)
    item, token = indoors.offer(stock=10), indoors.buyer()
    before = indoors.gate(item)
    back = indoors.own(item, token, 2)
    indoors.own(item, token, 3)
    indoors.cancel(back, token)
    return Sale(indoors, item, token, before)
