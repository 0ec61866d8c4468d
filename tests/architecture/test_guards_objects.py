"""Tests of the object graph check."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shop.architecture.guards.runtime_guards import check_objects
from shop.checkers.item import PageItemChecker
from shop.container import Container
from shop.controllers.item import ItemController, ItemsController
from shop.core.clock import Clock
from shop.core.database.engine import Database
from shop.models.item import Item
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.services.item import ItemService
from shop.services.order import OrderService
from shop.worker import find_jobs
from tests.architecture.samples.object_holders import WRAPPERS
from tests.architecture.samples.units import make_container, unit

pytestmark = pytest.mark.slow


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return make_container(tmp_path)


def attach(holder: object, held: object) -> None:
    object.__setattr__(holder, "helper", held)


def find_messages(container: Container) -> list[str]:
    return [str(finding) for finding in check_objects(container)]


def test_the_project_has_no_finding(container: Container) -> None:
    assert find_messages(container) == []


@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS)
def test_a_sibling_is_found_in_any_holder(container: Container, wrap: Callable[[Any], Any]) -> None:
    attach(container.get(ItemService), wrap(container.get(OrderService)))
    (sentence,) = find_messages(container)
    assert sentence.startswith("shop/services/item.py:")
    assert "ItemService.helper" in sentence
    assert "OrderService" in sentence
    assert "a Service may not use a Service (no sibling access)" in sentence
    assert "Let a CombinationManager, a ServiceManager, a Job or a Controller use both." in sentence


def test_a_skipped_layer_is_reported_with_the_permitted_path(container: Container) -> None:
    attach(container.get(ItemController), container.get(ItemRepository))
    (sentence,) = find_messages(container)
    assert "a Controller may not use a Repository (no skipping)" in sentence
    assert "Go through a Service: Controller -> Service -> Repository." in sentence


def test_an_upper_object_is_reported(container: Container) -> None:
    attach(container.get(ItemRepository), container.get(ItemService))
    (sentence,) = find_messages(container)
    assert "a Repository may not use a Service (no upward access)" in sentence
    assert "Let a Service pass the value down." in sentence


def test_two_units_of_one_file_are_siblings_too(container: Container) -> None:
    attach(container.get(ItemController), container.get(ItemsController))
    (sentence,) = find_messages(container)
    assert "ItemController.helper holds ItemsController" in sentence
    assert "no sibling access" in sentence


def test_a_stored_row_is_found(container: Container) -> None:
    attach(container.get(ItemService), [Item()])
    assert "a Service may not use a Model (no skipping)" in find_messages(container)[0]


def test_the_core_holds_no_structure(container: Container) -> None:
    attach(container.get(Clock), container.get(ItemService))
    (sentence,) = find_messages(container)
    assert "Clock.helper holds ItemService, but the core may not use a Service" in sentence


def test_a_repository_inside_of_a_core_object_is_found(container: Container) -> None:
    hidden = Clock()
    attach(hidden, container.get(OrderRepository))
    attach(container.get(ItemController), hidden)
    assert "ItemController.helper.helper holds OrderRepository" in find_messages(container)[0]


def test_a_granted_object_is_reported_for_its_own_parts(container: Container) -> None:
    checker = PageItemChecker()
    attach(checker, container.get(ItemService))
    attach(container.get(ItemController), checker)
    (sentence,) = find_messages(container)
    assert sentence.startswith("shop/checkers/item.py:")
    assert "a Checker may not use a Service" in sentence


def test_a_sibling_in_the_file_of_a_class_is_found(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.services.item.helpers", [container.get(OrderService)], raising=False)
    (sentence,) = find_messages(container)
    assert "ItemService has in its file helpers, which[0] holds OrderService" in sentence


def test_a_sibling_on_the_class_is_found(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ItemService, "others", [container.get(OrderService)], raising=False)
    assert "ItemService.others[0] holds OrderService" in find_messages(container)[0]


@pytest.mark.parametrize(
    "make_path",
    [
        lambda container: container,
        lambda container: container.get,
        lambda container: container.providers,
        lambda container: list(container.providers.providers.values())[-1],
        lambda container: lambda: container,
    ],
    ids=["itself", "its get", "the library's", "a provider", "a closure"],
)
def test_the_container_is_reported(container: Container, make_path: Callable[[Container], object]) -> None:
    attach(container.get(ItemService), make_path(container))
    (sentence,) = find_messages(container)
    assert "ItemService.helper" in sentence
    assert "leads to the container" in sentence
    assert "dataclass field" in sentence


def test_a_job_is_checked_like_a_controller(container: Container) -> None:
    job, *_ = find_jobs(container).values()
    attach(job, container.get(OrderRepository))
    assert "a Job may not use a Repository (no skipping)" in find_messages(container)[0]


def test_an_object_that_the_wiring_permits_is_found(container: Container) -> None:
    kind = unit("shop.services.alpha", "AlphaService", database=Database, anything=Clock)
    container.add(kind)
    attach(container.get(kind), container.get(ItemController))
    (sentence,) = find_messages(container)
    assert "AlphaService.helper holds ItemController, but a Service may not use a Controller" in sentence


def test_objects_of_libraries_are_skipped(container: Container) -> None:
    attach(container.get(ItemService), container.get(Database).engine)
    assert find_messages(container) == []


def test_a_wrong_container_fails_its_test(container: Container, guards: list[Any]) -> None:
    attach(container.get(ItemService), container.get(OrderService))
    container.build()
    assert [finding.rule for finding in guards] == ["object_graph"]
    guards.clear()
