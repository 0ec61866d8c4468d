"""The catalogue over HTTP."""

from dataclasses import dataclass
from typing import Any

from shop.checkers.item import CreateItemChecker, PageItemChecker, ReviseItemChecker
from shop.constants.user import UserRole
from shop.core.blueprint import Blueprint
from shop.core.caller import Caller
from shop.core.controller import Controller, signed_in
from shop.core.documentation import Shape
from shop.core.envelope import Answer, created
from shop.core.lists.asked import Asked
from shop.core.lists.pages import Listed
from shop.core.model import DEFAULT_TENANT
from shop.core.transaction import transactional
from shop.schemas.item import ItemSchema
from shop.services.item import ItemService

blueprint = Blueprint("items", __name__, url_prefix="/items", description="The catalogue")


@blueprint.route("")
@dataclass(eq=False)
class ItemsController(Controller):
    """All items."""

    items: ItemService

    @blueprint.response(200, ItemSchema, shape=Shape.LIST)
    @signed_in(optional=True)
    @blueprint.arguments(PageItemChecker, location="query")
    @transactional
    def get(self, asked: Asked, caller: Caller | None) -> Listed[dict[str, Any]]:
        """List what is on sale, newest first; administrators see drafts and retired ones too."""
        everything = caller is not None and UserRole.ADMIN in caller.roles
        return self.items.page(caller.tenant_id if caller else DEFAULT_TENANT, asked, everything=everything)

    @blueprint.response(201, ItemSchema)
    @signed_in(role=UserRole.ADMIN)
    @blueprint.arguments(CreateItemChecker)
    @transactional
    def post(self, words: dict[str, Any], caller: Caller) -> Answer:
        """Offer a new item."""
        item = self.items.create(caller.tenant_id, caller.user_id, words)
        return created(item, f"/api/v1/items/{item['id']}")


@blueprint.route("/<id:item_id>")
@dataclass(eq=False)
class ItemController(Controller):
    """One item."""

    items: ItemService

    @blueprint.response(200, ItemSchema, errors=(404,))
    @signed_in(optional=True)
    @transactional
    def get(self, item_id: int, caller: Caller | None) -> dict[str, Any]:
        """Read an item; administrators see drafts too."""
        everything = caller is not None and UserRole.ADMIN in caller.roles
        return self.items.get(caller.tenant_id if caller else DEFAULT_TENANT, item_id, everything=everything)

    @blueprint.response(200, ItemSchema, errors=(404,))
    @signed_in(role=UserRole.ADMIN)
    @blueprint.arguments(ReviseItemChecker(partial=True))
    @transactional
    def patch(self, words: dict[str, Any], item_id: int, caller: Caller) -> dict[str, Any]:
        """Change the words of an item."""
        return self.items.revise(caller.tenant_id, item_id, words)

    @blueprint.response(200, errors=(404,))
    @signed_in(role=UserRole.ADMIN)
    @transactional
    def delete(self, item_id: int, caller: Caller) -> None:
        """Take an item out of the catalogue."""
        self.items.delete(caller.tenant_id, item_id)


@blueprint.route("/<id:item_id>/restore")
@dataclass(eq=False)
class RestoreItemController(Controller):
    """Undoing a deletion."""

    items: ItemService

    @blueprint.response(200, ItemSchema, errors=(404,))
    @signed_in(role=UserRole.ADMIN)
    @transactional
    def post(self, item_id: int, caller: Caller) -> dict[str, Any]:
        """Bring a deleted item back as it was; one that is there stays as it is."""
        return self.items.restore(caller.tenant_id, item_id)
