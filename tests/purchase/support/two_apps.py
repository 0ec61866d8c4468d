"""Two processes of one shop, as far as their memories go: two apps on the same stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.servers.valkey import Valkey


@pytest.fixture
def first_app(clean_database: str, valkey: Valkey, tmp_path: Path) -> Iterator[InProcessShop]:
    """The process that changes something."""
    shop = InProcessShop(clean_database, valkey.url, tmp_path)
    yield shop
    shop.close()


@pytest.fixture
def second_app(clean_database: str, valkey: Valkey, tmp_path: Path) -> Iterator[InProcessShop]:
    """Another process, which is asked afterwards."""
    shop = InProcessShop(clean_database, valkey.url, tmp_path)
    yield shop
    shop.close()
