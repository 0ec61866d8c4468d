"""Authorization of orders."""

from shop.constants.permission import Permission
from shop.core.auth.policy import OWNER, SIGNED_IN, owner_or, permission


class OrderPolicy:
    """Authorization rules of orders; an order belongs to its buyer."""

    view_own = OWNER
    view_any = permission(Permission.ORDERS_VIEW_ANY)
    view = owner_or(Permission.ORDERS_VIEW_ANY)
    create = SIGNED_IN
    cancel = owner_or(Permission.ORDERS_CANCEL_ANY)
