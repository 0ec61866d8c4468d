"""Who may look at repairs."""

from shop.constants.permission import Permission
from shop.core.auth.policy import permission


class ReconcileRunPolicy:
    """Whoever may see what changed the stock may see what was repaired."""

    view_any = permission(Permission.STOCK_VIEW)
