"""Who may do what with changes of stock."""

from shop.constants.permission import Permission
from shop.core.auth.policy import permission


class StockLedgerPolicy:
    """A rule for each thing that is done with the ledger; nobody updates or deletes a line of it."""

    view_any = permission(Permission.STOCK_VIEW)
    create = permission(Permission.STOCK_ADJUST)
