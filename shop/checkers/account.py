"""Request schemas of the users API."""

from marshmallow import Schema

from shop.core.query.checker import ListChecker
from shop.core.query.spec import Relation
from shop.supports.order import OrderPolicy
from shop.supports.user import UserPolicy
from shop.validators.item import ItemValidator
from shop.validators.order import OrderValidator
from shop.validators.permission import PermissionValidator
from shop.validators.user import UserValidator

_ORDER_SPEC = OrderValidator.spec.pick(
    "id", "status", "item_id", "quantity", "total_minor", "currency", "created_at"
).with_relation("item", Relation(ItemValidator.spec.pick("name", "price_minor", "currency")))


class AssignAccountChecker(Schema):
    """Roles and permissions of a user; others are removed.

    Permissions of the system area need the administrator role.
    """

    roles = UserValidator.roles
    permissions = PermissionValidator.codes


class PageAccountChecker(ListChecker):
    """Query of users.

    Callers without the permission to see full e-mail addresses or all orders cannot filter by them either.
    """

    spec = (
        UserValidator.spec.with_relation("orders", Relation(_ORDER_SPEC, many=True, counted=True))
        .restrict(UserPolicy.view_email.has_permission, "email")
        .restrict(OrderPolicy.view_any.has_permission, "orders")
    )
