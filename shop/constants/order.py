"""Names and limits of orders."""

from enum import StrEnum

QUANTITY_MIN = 1
QUANTITY_MAX = 1000
KEY_MAX = 255
WAIT_MAX_SECONDS = 10
RETRY_AFTER_SECONDS = 1


class OrderStatus(StrEnum):
    """Where an order is in its life; the last two are never left."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
