"""What requests about the accounts of others may say."""

from typing import ClassVar

from marshmallow import Schema

from shop.constants.permission import SYSTEM_CODES
from shop.constants.user import UserRole
from shop.core.query.checker import ListChecker
from shop.core.query.spec import Relation
from shop.supports.order import OrderPolicy
from shop.supports.user import UserPolicy
from shop.validators.item import ItemValidator
from shop.validators.order import OrderValidator
from shop.validators.permission import PermissionValidator
from shop.validators.user import UserValidator

_BOUGHT = OrderValidator.words.pick(
    "id", "status", "item_id", "quantity", "total_minor", "currency", "created_at"
).relate("item", Relation(ItemValidator.words.pick("name", "price_minor", "currency")))


class AssignAccountChecker(Schema):
    """Give a user these roles and permissions, and no others."""

    roles = UserValidator.roles
    permissions = PermissionValidator.codes

    # What is the system's, administrators alone may have.
    document: ClassVar = {
        "anyOf": [
            {"properties": {"roles": {"contains": {"const": UserRole.ADMIN.value}}}},
            {"properties": {"permissions": {"items": {"not": {"enum": SYSTEM_CODES}}}}},
        ],
    }


class PageAccountChecker(ListChecker):
    """Ask for users. An address that one may not see in full, one cannot find by its parts, nor orders by whose
    they are.
    """

    listing = (
        UserValidator.words.relate("orders", Relation(_BOUGHT, many=True, counted=True))
        .only(UserPolicy.view_email.holds, "email")
        .only(OrderPolicy.view_any.holds, "orders")
    )
