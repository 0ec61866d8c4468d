"""User administration over HTTP."""

from dataclasses import dataclass
from typing import Any

from shop.checkers.account import AssignAccountChecker, PageAccountChecker
from shop.combination_managers.user_list import UserListCombinationManager
from shop.constants.permission import Permission
from shop.core.api.blueprint import Blueprint
from shop.core.api.controller import Controller
from shop.core.auth.guards import signed_in
from shop.core.auth.masking import Mask
from shop.core.caller import Caller
from shop.core.database.transaction import transactional
from shop.core.openapi.envelopes import Shape
from shop.core.openapi.failures import failing
from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.exception_codes.permission import PermissionExceptionCode
from shop.exception_codes.user import UserExceptionCode as Code
from shop.schemas.account import AccountSchema
from shop.service_managers.account import AccountServiceManager
from shop.services.account import AccountService
from shop.supports.user import UserPolicy

blueprint = Blueprint("users", __name__, url_prefix="/users", description="Users, their roles and permissions")
_CHANGE_ERRORS = (Code.NOT_FOUND, Code.OWN_RIGHTS, Code.ADMINISTRATOR)
_GRANT_ERRORS = (
    failing(PermissionExceptionCode.NOT_HELD, permissions=[Permission.STOCK_ADJUST.code]),
    failing(PermissionExceptionCode.SYSTEM_PERMISSION, field="permissions"),
)
EMAIL_MASK = Mask("email", Permission.USERS_VIEW_EMAIL, owner="id")


@blueprint.route("")
@dataclass(eq=False)
class AccountsController(Controller):
    """Users of the tenant."""

    users: UserListCombinationManager

    @blueprint.response(200, AccountSchema, shape=Shape.QUERY, masks=(EMAIL_MASK,))
    @signed_in(UserPolicy.view_any)
    @blueprint.arguments(PageAccountChecker, location="query")
    @transactional
    def get(self, query: ListQuery) -> AnyPage[dict[str, Any]]:
        """List the users, newest first."""
        return self.users.page(query)


@blueprint.route("/<id:user_id>")
@dataclass(eq=False)
class AccountController(Controller):
    """One user."""

    accounts: AccountService

    @blueprint.response(200, AccountSchema, errors=(Code.NOT_FOUND,), masks=(EMAIL_MASK,))
    @signed_in(UserPolicy.view)
    @transactional
    def get(self, user_id: int, caller: Caller) -> dict[str, Any]:
        """Read a user with its roles and permissions."""
        return self.accounts.get(caller, user_id)


@blueprint.route("/<id:user_id>/roles")
@dataclass(eq=False)
class AccountRolesController(Controller):
    """Roles and permissions of a user."""

    accounts: AccountServiceManager

    @blueprint.response(200, AccountSchema, errors=(*_CHANGE_ERRORS, *_GRANT_ERRORS), masks=(EMAIL_MASK,))
    @signed_in(UserPolicy.grant)
    @blueprint.arguments(AssignAccountChecker)
    @transactional
    def put(self, body: dict[str, Any], user_id: int, caller: Caller) -> dict[str, Any]:
        """Replace the roles and permissions of another user."""
        return self.accounts.assign(caller, user_id, **body)


@blueprint.route("/<id:user_id>/disable")
@dataclass(eq=False)
class DisableAccountController(Controller):
    """Disabling of a user."""

    accounts: AccountServiceManager

    @blueprint.response(200, AccountSchema, errors=_CHANGE_ERRORS, masks=(EMAIL_MASK,))
    @signed_in(UserPolicy.disable)
    @transactional
    def post(self, user_id: int, caller: Caller) -> dict[str, Any]:
        """Disable another user: sign-in and all its tokens are refused."""
        return self.accounts.disable(caller, user_id)


@blueprint.route("/<id:user_id>/enable")
@dataclass(eq=False)
class EnableAccountController(Controller):
    """Enabling of a user."""

    accounts: AccountService

    @blueprint.response(200, AccountSchema, errors=_CHANGE_ERRORS, masks=(EMAIL_MASK,))
    @signed_in(UserPolicy.disable)
    @transactional
    def post(self, user_id: int, caller: Caller) -> dict[str, Any]:
        """Enable a disabled user."""
        return self.accounts.enable(caller, user_id)
