"""The catalogue over HTTP."""

from dataclasses import dataclass
from typing import Any

from shop.checkers.item import CreateItemChecker, PageItemChecker, ReviseItemChecker
from shop.core.api.blueprint import Blueprint
from shop.core.api.conditional import IfMatchChecker, with_etag
from shop.core.api.controller import Controller
from shop.core.auth.guards import signed_in
from shop.core.caller import Caller
from shop.core.database.transaction import transactional
from shop.core.errors import CoreExceptionCode
from shop.core.http.envelope import Answer, created, with_version
from shop.core.http.etag import Precondition
from shop.core.openapi.envelopes import Shape
from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.exception_codes.item import ItemExceptionCode as Code
from shop.schemas.item import ItemSchema, ItemTranslationsSchema
from shop.services.item import ItemService
from shop.supports.item import ItemPolicy

blueprint = Blueprint("items", __name__, url_prefix="/items", description="The catalogue")


@blueprint.route("")
@dataclass(eq=False)
class ItemsController(Controller):
    """Items of the catalogue."""

    items: ItemService

    @blueprint.response(200, ItemSchema, shape=Shape.QUERY)
    @with_etag
    @signed_in(ItemPolicy.view_any, optional=True)
    @blueprint.arguments(PageItemChecker, location="query")
    @transactional
    def get(self, query: ListQuery, caller: Caller | None) -> AnyPage[dict[str, Any]]:
        """List items on sale, newest first.

        With the permission to see drafts, drafts and retired items are included.
        """
        return self.items.page(query, include_hidden=ItemPolicy.view_any.has_permission(caller))

    @blueprint.response(201, ItemSchema)
    @signed_in(ItemPolicy.create)
    @blueprint.arguments(CreateItemChecker)
    @transactional
    def post(self, body: dict[str, Any], caller: Caller) -> Answer:
        """Create an item."""
        item = self.items.create(caller.user_id, body)
        return created(item, f"/api/v1/items/{item['id']}")


@blueprint.route("/<id:item_id>")
@dataclass(eq=False)
class ItemController(Controller):
    """One item."""

    items: ItemService

    @blueprint.response(200, ItemSchema, errors=(Code.NOT_FOUND,))
    @with_etag
    @signed_in(ItemPolicy.view, optional=True)
    @transactional
    def get(self, item_id: int, caller: Caller | None) -> Answer:
        """Read an item."""
        return with_version(self.items.get(item_id, include_hidden=ItemPolicy.view.has_permission(caller)))

    @blueprint.response(200, ItemSchema, errors=(Code.NOT_FOUND, CoreExceptionCode.STATE_CHANGED))
    @with_etag
    @signed_in(ItemPolicy.update)
    @blueprint.arguments(ReviseItemChecker(partial=True))
    @blueprint.arguments(IfMatchChecker, location="headers")
    @transactional
    def patch(self, body: dict[str, Any], condition: Precondition, item_id: int) -> Answer:
        """Change fields of an item."""
        return with_version(self.items.revise(item_id, body, condition))

    @blueprint.response(200, errors=(Code.NOT_FOUND, CoreExceptionCode.STATE_CHANGED))
    @signed_in(ItemPolicy.delete)
    @blueprint.arguments(IfMatchChecker, location="headers")
    @transactional
    def delete(self, condition: Precondition, item_id: int) -> None:
        """Delete an item from the catalogue."""
        self.items.delete(item_id, condition)


@blueprint.route("/<id:item_id>/restore")
@dataclass(eq=False)
class RestoreItemController(Controller):
    """Restoring of a deleted item."""

    items: ItemService

    @blueprint.response(200, ItemSchema, errors=(Code.NOT_FOUND,))
    @with_etag
    @signed_in(ItemPolicy.restore)
    @transactional
    def post(self, item_id: int) -> Answer:
        """Restore a deleted item; an existing item is unchanged."""
        return with_version(self.items.restore(item_id))


@blueprint.route("/<id:item_id>/translations")
@dataclass(eq=False)
class ItemTranslationsController(Controller):
    """Texts of an item in every language."""

    items: ItemService

    @blueprint.response(200, ItemTranslationsSchema, errors=(Code.NOT_FOUND,))
    @signed_in(ItemPolicy.update)
    @transactional
    def get(self, item_id: int) -> dict[str, Any]:
        """Read the stored texts of an item in all languages, for editing."""
        return self.items.get_translations(item_id)
