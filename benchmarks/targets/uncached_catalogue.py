"""Routes to hold the catalogue against, served beside the shop's own by the shop's own server.

`/bare` is Flask and JSON of the same size. `/same` is the item's route with everything declared on it, but what it says
is at hand. `/uncached` is the catalogue as it was: what items say is asked of the database each time.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import Flask, Response

from shop.app import create_app
from shop.cache_managers.item import ItemCacheManager
from shop.checkers.item import PageItemChecker
from shop.container import Container
from shop.core.blueprint import Blueprint
from shop.core.caller import Caller
from shop.core.conditions import tagged
from shop.core.controller import Controller, signed_in
from shop.core.documentation import Shape
from shop.core.envelope import Answer, envelope, versioned
from shop.core.lists.asked import Asked
from shop.core.lists.pages import Listed
from shop.core.sessions import Doorkeeper
from shop.core.settings import Settings
from shop.core.tenancy import Register
from shop.core.ticket import Keeper
from shop.core.transaction import transactional
from shop.core.web import serve
from shop.schemas.item import ItemSchema
from shop.services.item import ItemService
from shop.supports.item import ItemPolicy

CARD = {
    "id": 7,
    "name": "The last ones",
    "introduction": "",
    "price_minor": 4_200,
    "currency": "EUR",
    "stock": 1_000_000,
    "status": "on_sale",
    "max_per_user": None,
    "photo_url": None,
    "created_at": "2026-11-20T11:31:20.123456Z",
    "updated_at": "2026-11-20T11:31:20.123456Z",
}
blueprint = Blueprint("uncached", __name__)


class Forgetful(ItemCacheManager):
    """Remembers nothing."""

    def remember_info(self, item_id: int, build: Callable[[], Any]) -> Any:  # noqa: ARG002 - given shape
        """What is built."""
        return build()

    def remember_page(self, asked: Asked, build: Callable[[], Any]) -> Any:  # noqa: ARG002 - given shape
        """What is built."""
        return build()


@blueprint.route("/same/<id:item_id>")
@dataclass(eq=False)
class SameItemController(Controller):
    """The route of an item without the item."""

    @blueprint.response(200, ItemSchema, errors=(404,))
    @tagged
    @signed_in(ItemPolicy.view, optional=True)
    @transactional
    def get(self, item_id: int, caller: Caller | None) -> Answer:  # noqa: ARG002 - the item's shape
        """Answer as if an item had been found."""
        return versioned({**CARD, "version": "4b1c9e0d7a2f8356"})


@blueprint.route("/uncached/<id:item_id>")
@dataclass(eq=False)
class UncachedItemController(Controller):
    """An item as the database says it."""

    items: ItemService

    @blueprint.response(200, ItemSchema, errors=(404,))
    @tagged
    @signed_in(ItemPolicy.view, optional=True)
    @transactional
    def get(self, item_id: int, caller: Caller | None) -> Answer:
        """Read an item."""
        return versioned(self.items.get(item_id, everything=ItemPolicy.view.holds(caller)))


@blueprint.route("/uncached")
@dataclass(eq=False)
class UncachedItemsController(Controller):
    """All items as the database says them."""

    items: ItemService

    @blueprint.response(200, ItemSchema, shape=Shape.ASKED)
    @tagged
    @signed_in(ItemPolicy.view_any, optional=True)
    @blueprint.arguments(PageItemChecker, location="query")
    @transactional
    def get(self, asked: Asked, caller: Caller | None) -> Listed[dict[str, Any]]:
        """List what is on sale."""
        return self.items.page(asked, everything=ItemPolicy.view_any.holds(caller))


def create() -> Flask:
    """The shop's app and these routes."""
    app = create_app()
    container: Container = app.extensions["shop"]
    app.register_blueprint(blueprint)
    for kind in (SameItemController, UncachedItemController, UncachedItemsController):
        container.add(kind)
        controller = cast("Any", container.get(kind))
        controller.keeper, controller.door = container.find_one(Keeper), container.find_one(Doorkeeper)
        controller.register = container.find_one(Register)
        if kind is not SameItemController:
            items = controller.items
            controller.items = replace(items, cache=Forgetful(items.cache.stores, items.cache.metrics))
        app.view_functions[f"uncached.{kind.__name__}"] = controller.dispatch_request

    @app.get("/bare")
    def bare() -> Response:
        return app.json.response(envelope(200, CARD))  # type: ignore[return-value]  # the app's own class

    return app


if __name__ == "__main__":
    serve(Settings.load(), "benchmarks.targets.uncached_catalogue:create")
