"""Request schemas of the users API."""

from typing import Any

from marshmallow import Schema, ValidationError

from shop.constants.permission import SYSTEM_CODES
from shop.constants.user import UserRole
from shop.core.query.checker import ListChecker
from shop.core.query.spec import Relation
from shop.exception_codes.permission import PermissionExceptionCode
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

    def handle_error(self, error: ValidationError, data: Any, **_: Any) -> None:
        """Add the rule over both fields to the errors of single fields.

        For a body without such errors the Service checks the rule.
        """
        roles, codes = (data.get(name) if isinstance(data, dict) else None for name in ("roles", "permissions"))
        if not isinstance(roles, list) or not isinstance(codes, list) or UserRole.ADMIN in roles:
            return
        if any(code in SYSTEM_CODES for code in codes):
            messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]  # marshmallow types few
            errors = messages.setdefault("permissions", {})
            sentence = PermissionExceptionCode.SYSTEM_PERMISSION.sentence
            (errors if isinstance(errors, list) else errors.setdefault("_schema", [])).append(sentence)


class PageAccountChecker(ListChecker):
    """Query of users.

    Callers without the permission to see full e-mail addresses or all orders cannot filter by them either.
    """

    spec = (
        UserValidator.spec.with_relation("orders", Relation(_ORDER_SPEC, many=True, counted=True))
        .restrict(UserPolicy.view_email.has_permission, "email")
        .restrict(OrderPolicy.view_any.has_permission, "orders")
    )
