"""Tests of the isolation between apps and of overrides."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from shop.app import create_app
from shop.container import Container
from shop.controllers.item import ItemController
from shop.core.clock import Clock
from shop.core.database.engine import Database
from shop.core.redis.stores import RedisStores
from shop.core.settings.settings import Settings
from shop.migrations.runner import upgrade
from shop.repositories.item import ItemRepository
from shop.services.item import ItemService
from tests.wiring.object_walk import reachable

pytestmark = pytest.mark.slow


class FakeItems:
    """ItemService with one item."""

    def __init__(self, name: str = "Fake") -> None:
        self.name = name

    def get(self, item_id: int, *, include_hidden: bool) -> dict[str, Any]:
        return {"id": item_id, "name": self.name, "include_hidden": include_hidden, "version": "1"}


@pytest.fixture
def apps(tmp_path: Path) -> Iterator[tuple[Flask, Flask]]:
    apps = create_app(Settings(var=str(tmp_path / "one"))), create_app(Settings(var=str(tmp_path / "two")))
    for app in apps:
        upgrade(container_of(app).get(Database).engine)
    yield apps
    for app in apps:
        container_of(app).get(Database).engine.dispose()


@pytest.fixture
def app(apps: tuple[Flask, Flask]) -> Flask:
    return apps[0]


def container_of(app: Flask) -> Container:
    container: Container = app.extensions["shop"]
    return container


def graph_of(app: Flask) -> dict[int, object]:
    """Return every object that an app holds, connections included."""
    container = container_of(app)
    owners = [getattr(view, "__self__", view) for view in app.view_functions.values()]
    _ = container.get(Database).session_maker, container.get(RedisStores).stock_servers
    return reachable(*owners, *(container.get(kind) for kind in container._classes))


def name_of_item(app: Flask) -> object:
    return (app.test_client().get("/api/v1/items/7").json or {})["data"].get("name")


def test_two_apps_share_no_collaborator(apps: tuple[Flask, Flask]) -> None:
    first, second = map(graph_of, apps)
    assert len(first) == len(second) > 30
    assert [first[shared] for shared in first.keys() & second.keys()] == []


def test_two_apps_share_no_connection(apps: tuple[Flask, Flask]) -> None:
    first, second = map(container_of, apps)
    assert first.get(Database).engine is not second.get(Database).engine
    assert first.get(RedisStores).cache is not second.get(RedisStores).cache


def test_every_route_is_served_by_the_controller_of_its_own_app(apps: tuple[Flask, Flask]) -> None:
    for app in apps:
        bound = [view.__self__ for view in app.view_functions.values() if hasattr(view, "__self__")]
        assert len(bound) >= 8
        assert [owner for owner in bound if container_of(app).get(type(owner)) is not owner] == []


def test_an_override_works_in_an_app_that_is_already_built(app: Flask) -> None:
    with container_of(app).override(ItemService, FakeItems()):
        assert name_of_item(app) == "Fake"


def test_an_override_does_not_affect_another_app(apps: tuple[Flask, Flask]) -> None:
    with container_of(apps[0]).override(ItemService, FakeItems("One")):
        with container_of(apps[1]).override(ItemService, FakeItems("Other")):
            assert [name_of_item(app) for app in apps] == ["One", "Other"]
        assert (name_of_item(apps[0]), name_of_item(apps[1])) == ("One", None)


def test_an_override_replaces_the_class_in_every_holder(app: Flask) -> None:
    container = container_of(app)
    before, stand_in = graph_of(app).values(), Clock()
    holders = [instance for instance in before if any(type(held) is Clock for held in vars_of(instance).values())]
    assert len(holders) >= 4
    with container.override(Clock, stand_in):
        assert [holder for holder in holders if stand_in not in IdentitySet(vars_of(holder))] == []
        assert container.get(Clock) is stand_in


def test_an_override_is_undone(app: Flask) -> None:
    before = graph_of(app)
    shape = {number: by_name(instance) for number, instance in before.items()}
    with container_of(app).override(ItemService, FakeItems()):
        pass
    after = graph_of(app)
    assert {number: by_name(instance) for number, instance in after.items()} == shape


def test_an_override_is_undone_after_an_error(app: Flask) -> None:
    original = container_of(app).get(ItemService)
    with pytest.raises(ZeroDivisionError), container_of(app).override(ItemService, FakeItems()):
        _ = 1 // 0
    assert container_of(app).get(ItemService) is original
    assert container_of(app).get(ItemController).items is original


def test_overrides_can_be_nested(app: Flask) -> None:
    container = container_of(app)
    with container.override(ItemService, FakeItems("Outer")):
        with container.override(ItemService, FakeItems("Inner")), container.override(ItemRepository, object()):
            assert name_of_item(app) == "Inner"
        assert name_of_item(app) == "Outer"
    assert name_of_item(app) is None


def vars_of(instance: object) -> dict[str, object]:
    return vars(instance) if hasattr(instance, "__dict__") else {}


def by_name(instance: object) -> dict[str, int]:
    return {name: id(value) for name, value in vars_of(instance).items()}


class IdentitySet:
    def __init__(self, held: dict[str, object]) -> None:
        self.held = held

    def __contains__(self, instance: object) -> bool:
        return any(value is instance for value in self.held.values())
