"""Authorization of items."""

from shop.constants.permission import Permission
from shop.core.auth.policy import permission, public_or


class ItemPolicy:
    """Authorization rules of items; drafts and retired items are not public."""

    view_any = public_or(Permission.ITEMS_VIEW_DRAFTS)
    view = public_or(Permission.ITEMS_VIEW_DRAFTS)
    create = permission(Permission.ITEMS_CREATE)
    update = permission(Permission.ITEMS_UPDATE)
    delete = permission(Permission.ITEMS_DELETE)
    restore = permission(Permission.ITEMS_DELETE)
