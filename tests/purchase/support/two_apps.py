"""Two processes of one shop, as far as their memories go: two apps on the same stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.purchase.support.in_process_shop import Indoors
from tests.support.servers.valkey import Valkey


@pytest.fixture
def here(clean_database: str, valkey: Valkey, tmp_path: Path) -> Iterator[Indoors]:
    """The process that changes something."""
    shop = Indoors(clean_database, valkey.url, tmp_path)
    yield shop
    shop.close()


@pytest.fixture
def there(clean_database: str, valkey: Valkey, tmp_path: Path) -> Iterator[Indoors]:
    """Another process, which is asked afterwards."""
    shop = Indoors(clean_database, valkey.url, tmp_path)
    yield shop
    shop.close()
