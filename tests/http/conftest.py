"""One running shop for all tests of this folder; none of them kills anything, each brings its own users and items."""

from collections.abc import Iterator

import pytest

from tests.http.shop import Shop, stage
from tests.support.http import HttpClient


@pytest.fixture(scope="session")
def shop(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """This test worker's shop. Whatever the tests did to it, its books are right in the end."""
    with stage(f"shop_{worker_id}_http", tmp_path_factory.mktemp("shop")) as shop:
        yield shop
        shop.verify()


@pytest.fixture
def client(shop: Shop) -> Iterator[HttpClient]:
    """An HTTP client of the shop."""
    with shop.client() as client:
        yield client


@pytest.fixture(scope="session")
def item(shop: Shop) -> int:
    """An item on sale that does not run out."""
    return shop.offer(stock=100_000)


@pytest.fixture(scope="session")
def buyer(shop: Shop) -> str:
    """The token of a user who may buy."""
    return shop.buyer()
