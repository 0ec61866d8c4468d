"""Error codes of orders; block 4."""

from shop.core.errors import ExceptionCode, Retry


class OrderExceptionCode(ExceptionCode):
    """Error codes and messages of orders."""

    NOT_FOUND = 404_401, "Order {order_id} does not exist."
    PURCHASE_LIMIT = 409_401, "Item {item_id} is limited to {limit} pieces for each buyer."
    ORDER_CLOSED = 409_402, "Order {order_id} is {order_status} and stays so.", Retry.NEVER
    NOT_WRITTEN = 409_403, "Order {order_id} is not written yet; try again shortly.", Retry.AFTER
    QUANTITY_FORMAT = 422_401, "The quantity must be a whole number from 1 to 1000."
    SYSTEM_BUSY = 503_401, "The sale of item {item_id} is busy; try again shortly."
