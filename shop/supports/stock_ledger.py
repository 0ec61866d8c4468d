"""Authorization of the stock ledger."""

from shop.constants.permission import Permission
from shop.core.auth.policy import permission


class StockLedgerPolicy:
    """Authorization rules of the ledger; lines are never changed or deleted."""

    view_any = permission(Permission.STOCK_VIEW)
    create = permission(Permission.STOCK_ADJUST)
