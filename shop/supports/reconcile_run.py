"""Authorization of repairs."""

from shop.constants.permission import Permission
from shop.core.auth.policy import permission


class ReconcileRunPolicy:
    """Authorization rules of repairs; the same permission as for the ledger."""

    view_any = permission(Permission.STOCK_VIEW)
