"""Two apps on the same stores, as two processes of one shop."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.servers.valkey import Valkey


@pytest.fixture
def first_app(clean_database: str, valkey: Valkey, tmp_path: Path) -> Iterator[InProcessShop]:
    """Create the app that makes changes."""
    shop = InProcessShop(clean_database, valkey.url, tmp_path)
    yield shop
    shop.close()


@pytest.fixture
def second_app(clean_database: str, valkey: Valkey, tmp_path: Path) -> Iterator[InProcessShop]:
    """Create the app that reads afterwards."""
    shop = InProcessShop(clean_database, valkey.url, tmp_path)
    yield shop
    shop.close()
