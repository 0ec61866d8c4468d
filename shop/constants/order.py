"""Names and limits of orders."""

from enum import StrEnum

QUANTITY_MIN = 1
QUANTITY_MAX = 1000
WAIT_MAX_SECONDS = 10
PREFER_MAX = 200
# How long a cancel waits for an order to be written.
CANCEL_WAIT_SECONDS = 1.0
# How long a process remembers that an item is sold out, and of how many items.
SOLD_OUT_SECONDS = 0.25
SOLD_OUT_ITEMS = 10_000


class Strategy(StrEnum):
    """How pieces are taken: `SHOP_PURCHASE_STRATEGY`."""

    SCRIPT = "script"
    LOCK = "lock"
    WATCH = "watch"
    DB = "db"


class OrderStatus(StrEnum):
    """Where an order is in its life; the last two are never left."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        """What people call it."""
        return self.replace("_", " ").capitalize()
