"""Tests of the access table when the container wires classes."""

from pathlib import Path

import pytest

from shop.architecture.table import STRUCTURES, Structure, may_use
from shop.container import Container, WiringError
from shop.core.settings.settings import Settings
from shop.repositories.item import ItemRepository
from shop.services.item import ItemService
from shop.services.user import UserService
from tests.wiring.object_walk import place

pytestmark = pytest.mark.slow
INJECTABLE = [row for row in STRUCTURES if row.suffix]
CELLS = [(importer, imported) for importer in INJECTABLE for imported in INJECTABLE]
GRANTED = [cell for cell in CELLS if may_use(cell[0].name, cell[1].name)]
FORBIDDEN = [cell for cell in CELLS if not may_use(cell[0].name, cell[1].name)]


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return Container(Settings(var=str(tmp_path)))


def in_words(cells: list[tuple[Structure, Structure]]) -> list[str]:
    return [f"{importer.name} asks for {imported.name}" for importer, imported in cells]


def wire_pair(container: Container, monkeypatch: pytest.MonkeyPatch, cell: tuple[Structure, Structure]) -> type:
    importer, imported = cell
    beta = place(monkeypatch, f"shop.{imported.folder}.beta", f"Beta{imported.suffix}")
    container.add(beta)
    alpha = place(monkeypatch, f"shop.{importer.folder}.alpha", f"Alpha{importer.suffix}", other=beta)
    container.add(alpha)
    return alpha


def test_every_cell_is_tested() -> None:
    assert len(CELLS) == 13 * 13 == len(GRANTED) + len(FORBIDDEN)


@pytest.mark.parametrize("cell", GRANTED, ids=in_words(GRANTED))
def test_a_granted_collaborator_is_given(
    container: Container, monkeypatch: pytest.MonkeyPatch, cell: tuple[Structure, Structure]
) -> None:
    alpha = wire_pair(container, monkeypatch, cell)
    assert type(container.get(alpha).other).__name__ == f"Beta{cell[1].suffix}"


@pytest.mark.parametrize("cell", FORBIDDEN, ids=in_words(FORBIDDEN))
def test_any_other_collaborator_is_refused(
    container: Container, monkeypatch: pytest.MonkeyPatch, cell: tuple[Structure, Structure]
) -> None:
    importer, imported = cell
    with pytest.raises(WiringError) as refused:
        wire_pair(container, monkeypatch, cell)
    message = str(refused.value)
    assert f"Alpha{importer.suffix}.other asks for Beta{imported.suffix}" in message
    assert f"a {importer.name} may not use a {imported.name}" in message


@pytest.mark.parametrize("row", INJECTABLE, ids=lambda row: str(row.name))
def test_every_wired_structure_may_use_the_core(
    container: Container, monkeypatch: pytest.MonkeyPatch, row: Structure
) -> None:
    kind = place(monkeypatch, f"shop.{row.folder}.alpha", f"Alpha{row.suffix}", settings=Settings)
    container.add(kind)
    assert container.get(kind).settings is container.get(Settings)


def test_a_service_may_not_hold_a_service(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = place(monkeypatch, "shop.services.coupon", "CouponService", users=UserService)
    with pytest.raises(WiringError) as refused:
        container.add(kind)
    assert str(refused.value) == (
        "CouponService.users asks for UserService, but a Service may not use a Service (no sibling access);"
        " it may use: Repository, Combination, Constant, Support, ExceptionCode, CacheManager."
    )


def test_a_controller_may_not_hold_a_repository(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = place(monkeypatch, "shop.controllers.coupon", "CouponController", items=ItemRepository)
    with pytest.raises(WiringError, match=r"a Controller may not use a Repository \(no skipping, no up"):
        container.add(kind)


def test_a_repository_may_not_hold_a_service(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = place(monkeypatch, "shop.repositories.coupon", "CouponRepository", items=ItemService)
    with pytest.raises(WiringError, match=r"a Repository may not use a Service \(no skipping, no upward"):
        container.add(kind)


def test_a_refused_class_is_not_registered(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = place(monkeypatch, "shop.services.coupon", "CouponService", users=UserService)
    with pytest.raises(WiringError):
        container.add(kind)
    assert "CouponService" not in dict(container.describe())
