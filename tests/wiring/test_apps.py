"""Two apps in one process are strangers, and an override is a guest."""

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


class FakeItems:
    """An ItemService that knows one item."""

    def __init__(self, name: str = "Fake") -> None:
        self.name = name

    def get(self, item_id: int, *, include_hidden: bool) -> dict[str, Any]:
        return {"id": item_id, "name": self.name, "include_hidden": include_hidden, "version": "1"}


@pytest.fixture
def apps(tmp_path: Path) -> Iterator[tuple[Flask, Flask]]:
    made = create_app(Settings(var=str(tmp_path / "one"))), create_app(Settings(var=str(tmp_path / "two")))
    for app in made:
        upgrade(container_of(app).get(Database).engine)
    yield made
    for app in made:
        container_of(app).get(Database).engine.dispose()


@pytest.fixture
def app(apps: tuple[Flask, Flask]) -> Flask:
    return apps[0]


def container_of(app: Flask) -> Container:
    container: Container = app.extensions["shop"]
    return container


def graph_of(app: Flask) -> dict[int, object]:
    """Everything of ours that an app holds, from its routes and its container, connections included."""
    container = container_of(app)
    owners = [getattr(view, "__self__", view) for view in app.view_functions.values()]
    _ = container.get(Database).session_maker, container.get(RedisStores).stock_servers
    return reachable(*owners, *(container.get(kind) for kind in container._classes))


def name_of_item(app: Flask) -> object:
    return (app.test_client().get("/api/v1/items/7").json or {})["data"].get("name")


def test_two_apps_share_no_collaborator(apps: tuple[Flask, Flask]) -> None:
    one, other = map(graph_of, apps)
    assert len(one) == len(other) > 30
    assert [one[shared] for shared in one.keys() & other.keys()] == []


def test_two_apps_share_no_connection(apps: tuple[Flask, Flask]) -> None:
    one, other = map(container_of, apps)
    assert one.get(Database).engine is not other.get(Database).engine
    assert one.get(RedisStores).cache is not other.get(RedisStores).cache


def test_every_route_is_served_by_the_controller_of_its_own_app(apps: tuple[Flask, Flask]) -> None:
    for app in apps:
        bound = [view.__self__ for view in app.view_functions.values() if hasattr(view, "__self__")]
        assert len(bound) >= 8
        assert [owner for owner in bound if container_of(app).get(type(owner)) is not owner] == []


def test_an_override_is_seen_by_an_app_that_was_built_before(app: Flask) -> None:
    with container_of(app).override(ItemService, FakeItems()):
        assert name_of_item(app) == "Fake"


def test_the_other_app_does_not_see_it(apps: tuple[Flask, Flask]) -> None:
    with container_of(apps[0]).override(ItemService, FakeItems("One")):
        with container_of(apps[1]).override(ItemService, FakeItems("Other")):
            assert [name_of_item(app) for app in apps] == ["One", "Other"]
        assert (name_of_item(apps[0]), name_of_item(apps[1])) == ("One", None)


def test_an_override_reaches_everybody_who_holds_the_class(app: Flask) -> None:
    container = container_of(app)
    before, stand_in = graph_of(app).values(), Clock()
    holders = [thing for thing in before if any(type(held) is Clock for held in vars_of(thing).values())]
    assert len(holders) >= 4
    with container.override(Clock, stand_in):
        assert [holder for holder in holders if stand_in not in by_identity(vars_of(holder))] == []
        assert container.get(Clock) is stand_in


def test_an_override_leaves_nothing_behind(app: Flask) -> None:
    before = graph_of(app)
    shape = {number: by_name(thing) for number, thing in before.items()}
    with container_of(app).override(ItemService, FakeItems()):
        pass
    after = graph_of(app)
    assert {number: by_name(thing) for number, thing in after.items()} == shape


def test_an_override_leaves_nothing_behind_when_the_test_fails(app: Flask) -> None:
    original = container_of(app).get(ItemService)
    with pytest.raises(ZeroDivisionError), container_of(app).override(ItemService, FakeItems()):
        _ = 1 // 0
    assert container_of(app).get(ItemService) is original
    assert container_of(app).get(ItemController).items is original


def test_overrides_nest(app: Flask) -> None:
    container = container_of(app)
    with container.override(ItemService, FakeItems("Outer")):
        with container.override(ItemService, FakeItems("Inner")), container.override(ItemRepository, object()):
            assert name_of_item(app) == "Inner"
        assert name_of_item(app) == "Outer"
    assert name_of_item(app) is None


def vars_of(thing: object) -> dict[str, object]:
    return vars(thing) if hasattr(thing, "__dict__") else {}


def by_name(thing: object) -> dict[str, int]:
    return {name: id(value) for name, value in vars_of(thing).items()}


class by_identity:  # noqa: N801 - it reads as the question it asks
    def __init__(self, held: dict[str, object]) -> None:
        self.held = held

    def __contains__(self, thing: object) -> bool:
        return any(value is thing for value in self.held.values())
