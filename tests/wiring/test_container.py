"""Tests of finding, building and wiring classes in the container."""

import dataclasses
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from shop.architecture.rules import hand_wiring
from shop.architecture.table import STRUCTURES, structure
from shop.container import CORE_CLASSES, Container, WiringError, fields_of, find_classes, find_modules
from shop.core.database.engine import Database
from shop.core.settings.settings import Settings
from shop.services.item import ItemService
from shop.services.user import UserService
from tests.wiring.object_walk import place

pytestmark = pytest.mark.slow
WIRED = [kind for row in STRUCTURES for kind in find_classes(row)]


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return Container(Settings(var=str(tmp_path)))


@pytest.mark.parametrize("kind", [Settings, *CORE_CLASSES, *WIRED], ids=lambda kind: kind.__name__)
def test_every_provider_resolves(container: Container, kind: type) -> None:
    instance: object = container.get(kind)
    assert type(instance) is kind
    for name, wanted in fields_of(kind).items():
        assert getattr(instance, name) is container.get(wanted)


def test_every_class_with_the_suffix_of_its_layer_is_wired() -> None:
    written = {
        f"{module.__name__}.{name}"
        for row in STRUCTURES
        if row.suffix and row.name not in ("ExceptionCode", "Validator", "Checker", "Schema")
        for module in find_modules(row.folder)
        for name, kind in vars(module).items()
        if isinstance(kind, type) and kind.__module__ == module.__name__ and name.endswith(row.suffix)
    }
    assert written == {f"{kind.__module__}.{kind.__qualname__}" for kind in WIRED}


def test_building_makes_every_instance_without_reaching_a_store(tmp_path: Path) -> None:
    nowhere = Settings(
        var=str(tmp_path), redis_url="unix:///nowhere.sock", database_url="mysql+pymysql://root@nowhere/shop"
    )
    Container(nowhere).build()
    assert list(tmp_path.iterdir()) == []


def test_fifty_threads_get_one_instance(container: Container) -> None:
    together = Barrier(50)

    def ask(_: int) -> list[int]:
        together.wait(timeout=10)
        return [id(container.get(kind)) for kind in WIRED]

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(ask, range(50)))
    assert answers == [answers[0]] * 50


def test_a_field_with_a_default_is_not_wired() -> None:
    assert "_remembered" not in {name for kind in CORE_CLASSES for name in fields_of(kind)}


def test_an_unknown_type_is_refused(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = place(monkeypatch, "shop.services.lost", "LostService", text=str)
    with pytest.raises(WiringError, match=r"LostService\.text asks for str, which nothing below it offers"):
        container.add(kind)


def test_a_class_of_an_upper_layer_is_not_available(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    later = place(monkeypatch, "shop.combinations.later", "LaterCombination")
    kind = place(monkeypatch, "shop.services.early", "EarlyService", combine=later)
    with pytest.raises(WiringError, match=r"EarlyService\.combine asks for LaterCombination, which nothing below"):
        container.add(kind)
    container.add(later)
    container.add(kind)
    assert isinstance(container.get(kind), kind)


def test_describe_lists_the_collaborators_of_each_class(container: Container) -> None:
    described = dict(container.describe())
    assert described["ItemService"] == [wanted.__name__ for wanted in fields_of(ItemService).values()]
    assert len(described) == 1 + len(CORE_CLASSES) + len(WIRED)


def test_classes_are_found_by_structure(container: Container) -> None:
    assert UserService in container.find("Service")
    assert Database not in container.find("Service")
    assert [kind for row in STRUCTURES for kind in container.find(row.name)] == WIRED


def test_a_class_borrowed_from_another_file_is_not_wired_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    module = find_modules("services")[0]
    monkeypatch.setattr(module, "BorrowedService", UserService, raising=False)
    assert find_classes(structure("Service")).count(UserService) == 1


def test_collaborators_are_fields_only() -> None:
    by_hand = [kind for kind in WIRED if not dataclasses.is_dataclass(kind) or "__init__" in written_in(kind)]
    assert by_hand == []


def written_in(kind: type) -> set[str]:
    # The __init__ of a dataclass is generated; a written one has a file.
    file = sys.modules[kind.__module__].__file__
    methods = {name: getattr(value, "__code__", None) for name, value in vars(kind).items()}
    return {name for name, code in methods.items() if code and code.co_filename == file}


def test_the_rule_on_hand_made_collaborators_lists_the_foundation_of_the_container() -> None:
    listed = {f"{kind.__module__}.{kind.__qualname__}" for kind in (*CORE_CLASSES, Settings)}
    assert listed | {"shop.core.settings.settings.Settings.load"} == hand_wiring.FOUNDATION
