"""Embedded defaults: SQLite and the Valkey of the wheel."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import Shop, start_shop
from tests.support.servers.valkey import Valkey


@pytest.fixture
def embedded_shop(tmp_path_factory: pytest.TempPathFactory, valkey: Valkey) -> Iterator[Shop]:
    """Run a shop on a SQLite file."""
    folder: Path = tmp_path_factory.mktemp("embedded")
    with start_shop(folder, f"sqlite:///{folder / 'shop.sqlite3'}", valkey.url) as shop:
        yield shop


def test_the_first_purchase_of_a_new_buyer_is_confirmed_within_the_wait(embedded_shop: Shop) -> None:
    item, buyer = embedded_shop.offer(), embedded_shop.buyer()

    order = data_of(embedded_shop.buy(item, buyer, Prefer="wait=10"), 201)

    assert order["status"] == "confirmed"
    embedded_shop.verify()
