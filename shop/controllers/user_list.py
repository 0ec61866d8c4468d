"""Users over HTTP, for those who look after them."""

from dataclasses import dataclass
from typing import Any

from shop.checkers.user_list import PageUserListChecker
from shop.constants.user import UserRole
from shop.core.blueprint import Blueprint
from shop.core.caller import Caller
from shop.core.controller import Controller, signed_in
from shop.core.documentation import Shape
from shop.core.lists.asked import Asked
from shop.core.lists.pages import Listed
from shop.core.transaction import transactional
from shop.schemas.user_list import UserListSchema
from shop.services.user_list import UserListService

blueprint = Blueprint("user_list", __name__, url_prefix="/users", description="Users")


@blueprint.route("")
@dataclass(eq=False)
class UserListController(Controller):
    """Everybody of the tenant."""

    users: UserListService

    @blueprint.response(200, UserListSchema, shape=Shape.LIST)
    @signed_in(role=UserRole.ADMIN)
    @blueprint.arguments(PageUserListChecker, location="query")
    @transactional
    def get(self, asked: Asked, caller: Caller) -> Listed[dict[str, Any]]:
        """List the users, newest first."""
        return self.users.page(caller.tenant_id, asked)
