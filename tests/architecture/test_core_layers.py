"""Tests of the layers inside the core."""

from collections.abc import Iterator
from itertools import permutations

import pytest

from shop.architecture.matrix import broken_by, core_layers

pytestmark = pytest.mark.slow
CONTRACT = "The packages of the core stand in layers"
LAYERS = {name: number for number, row in enumerate(core_layers()) for name in row}


def pairs(*, granted: bool) -> Iterator[tuple[str, str]]:
    for importer, imported in permutations(LAYERS, 2):
        if (LAYERS[importer] < LAYERS[imported]) is granted:
            yield importer, imported


@pytest.mark.parametrize("importer", LAYERS)
def test_a_package_imports_every_package_below_it(importer: str) -> None:
    lower = [imported for one, imported in pairs(granted=True) if one == importer]
    red = {imported: broken_by(f"shop.core.{importer}.alpha", f"shop.core.{imported}.beta") for imported in lower}
    assert {imported: contracts for imported, contracts in red.items() if contracts} == {}


@pytest.mark.parametrize("importer", LAYERS)
def test_a_package_imports_none_above_or_beside_it(importer: str) -> None:
    others = [imported for one, imported in pairs(granted=False) if one == importer]
    red = {imported: broken_by(f"shop.core.{importer}.alpha", f"shop.core.{imported}.beta") for imported in others}
    assert {imported for imported, contracts in red.items() if contracts != [CONTRACT]} == set()


def test_a_package_without_a_layer_is_refused() -> None:
    assert broken_by("shop.core.planted", "json") == [CONTRACT]
