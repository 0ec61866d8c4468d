"""Names and limits of orders."""

from enum import StrEnum

QUANTITY_MIN = 1
QUANTITY_MAX = 1000
WAIT_MAX_SECONDS = 10
PREFER_MAX = 200
# Maximum time that a cancellation waits for the order to be written.
CANCEL_WAIT_SECONDS = 1.0
# Life and size of the process cache of sold-out items.
SOLD_OUT_SECONDS = 0.25
SOLD_OUT_ITEMS = 10_000


class Strategy(StrEnum):
    """Purchase strategy: values of `SHOP_PURCHASE_STRATEGY`."""

    SCRIPT = "script"
    LOCK = "lock"
    WATCH = "watch"
    DB = "db"


class OrderStatus(StrEnum):
    """Status of an order; the last two are final."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        """Display name."""
        return self.replace("_", " ").capitalize()
