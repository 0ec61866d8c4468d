"""Error codes of stock changes; block 5."""

from shop.core.errors import ExceptionCode


class StockLedgerExceptionCode(ExceptionCode):
    """Error codes and messages of stock changes."""

    STOCK_CHANGED = 409_501, "Another number of pieces of item {item_id} can be bought by now."
    STOCK_FULL = 409_502, "Item {item_id} may have at most {most} pieces."
    DELTA_FORMAT = 422_501, "The change of stock is not valid."
    STOCK_FORMAT = 422_502, "The number of pieces is not valid."
    NOTE_FORMAT = 422_503, "The reason is not valid."
