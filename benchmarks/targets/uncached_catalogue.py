"""Reference routes for the catalogue, served by the shop's own server.

`/bare` is Flask and JSON of the same size. `/same` is the item's route with all its declarations and a constant
response. `/uncached` is the catalogue without its cache: every request reads the database.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, Response

from benchmarks.targets.controllers import bind_controller
from shop.app import create_app
from shop.cache_managers.item import ItemCacheManager
from shop.checkers.item import PageItemChecker
from shop.core.api.blueprint import Blueprint
from shop.core.api.conditional import with_etag
from shop.core.api.controller import Controller
from shop.core.auth.guards import signed_in
from shop.core.caller import Caller
from shop.core.database.transaction import transactional
from shop.core.http.envelope import Answer, envelope, with_version
from shop.core.openapi.envelopes import Shape
from shop.core.operations.web_server import serve
from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.core.settings.settings import Settings
from shop.schemas.item import ItemSchema
from shop.services.item import ItemService
from shop.supports.item import ItemPolicy

ITEM = {
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


class DisabledItemCache(ItemCacheManager):
    """Item cache that stores nothing."""

    def get_or_build_info(self, item_id: int, build: Callable[[], Any]) -> Any:  # noqa: ARG002 - inherited signature
        """Build an item."""
        return build()

    def get_or_build_page(self, query: ListQuery, build: Callable[[], Any]) -> Any:  # noqa: ARG002 - inherited signature
        """Build a page."""
        return build()


@blueprint.route("/same/<id:item_id>")
@dataclass(eq=False)
class SameItemController(Controller):
    """Route of an item with a constant response."""

    @blueprint.response(200, ItemSchema, errors=(404,))
    @with_etag
    @signed_in(ItemPolicy.view, optional=True)
    @transactional
    def get(self, item_id: int, caller: Caller | None) -> Answer:  # noqa: ARG002 - the item's signature
        """Answer with a constant item."""
        return with_version({**ITEM, "version": "4b1c9e0d7a2f8356"})


@blueprint.route("/uncached/<id:item_id>")
@dataclass(eq=False)
class UncachedItemController(Controller):
    """Route of an item without a cache."""

    items: ItemService

    @blueprint.response(200, ItemSchema, errors=(404,))
    @with_etag
    @signed_in(ItemPolicy.view, optional=True)
    @transactional
    def get(self, item_id: int, caller: Caller | None) -> Answer:
        """Read an item."""
        return with_version(self.items.get(item_id, include_hidden=ItemPolicy.view.has_permission(caller)))


@blueprint.route("/uncached")
@dataclass(eq=False)
class UncachedItemsController(Controller):
    """Route of all items without a cache."""

    items: ItemService

    @blueprint.response(200, ItemSchema, shape=Shape.QUERY)
    @with_etag
    @signed_in(ItemPolicy.view_any, optional=True)
    @blueprint.arguments(PageItemChecker, location="query")
    @transactional
    def get(self, asked: ListQuery, caller: Caller | None) -> AnyPage[dict[str, Any]]:
        """List items on sale."""
        return self.items.page(asked, include_hidden=ItemPolicy.view_any.has_permission(caller))


def create_target() -> Flask:
    """Create the shop's app with the reference routes."""
    app = create_app()
    app.register_blueprint(blueprint)
    bind_controller(app, SameItemController, "uncached.SameItemController")
    for controller_class in (UncachedItemController, UncachedItemsController):
        controller = bind_controller(app, controller_class, f"uncached.{controller_class.__name__}")
        items = controller.items
        controller.items = replace(items, cache=DisabledItemCache(items.cache.stores, items.cache.metrics))

    @app.get("/bare")
    def bare() -> Response:
        return app.json.response(envelope(200, ITEM))  # type: ignore[return-value]  # the app's own class

    return app


if __name__ == "__main__":
    serve(Settings.load(), "benchmarks.targets.uncached_catalogue:create_target")
