"""Who may look at repairs."""

from shop.constants.permission import Permission
from shop.core.access import permission


class ReconcileRunPolicy:
    """Whoever may see what changed the stock may see what was repaired."""

    view_any = permission(Permission.STOCK_VIEW)
