"""Fixtures of first runs: `flask shop up` with its embedded defaults."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.first_runs.embedded_shop import EmbeddedShop
from tests.support.folders import remove_folder, short_folder

MakeShop = Callable[[str], EmbeddedShop]


@pytest.fixture
def make_shop() -> Iterator[MakeShop]:
    """Factory of shops in a new folder of a given name."""
    root, shops = short_folder(), list[EmbeddedShop]()

    def make(name: str) -> EmbeddedShop:
        folder: Path = root / name
        folder.mkdir()
        shops.append(EmbeddedShop(folder))
        return shops[-1]

    yield make
    for shop in shops:
        shop.kill_all()
    remove_folder(root)
