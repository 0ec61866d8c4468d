"""Item during its sale, and its Redis keys."""

from dataclasses import dataclass
from typing import Any

from shop.core.database.model import DEFAULT_TENANT
from tests.purchase.support.in_process_shop import InProcessShop


@dataclass
class RunningSale:
    """Item of ten pieces: orders of one and of two written, one of three waiting."""

    shop: InProcessShop
    redis: Any
    item: int
    token: str
    first: str
    second: str
    waiting: str

    def partition_key(self, name: str) -> str:
        """Return a key of the item's partition."""
        number = self.shop.stock.partition(DEFAULT_TENANT, self.item)
        return f"{{p{number:02d}}}:{name}"

    @property
    def gate_key(self) -> str:
        """Key of the item's gate."""
        return self.partition_key(f"item:{DEFAULT_TENANT}:{self.item}")

    def receipt_key(self, order_id: str) -> str:
        """Return the key of a receipt."""
        return self.partition_key(f"receipt:{order_id}")

    @property
    def waiting_entry(self) -> str:
        """Text of the waiting reservation."""
        ((_, fields),) = self.redis.xrange(self.partition_key("outbox"))
        return str(fields[b"r"].decode())

    def with_item_and_order(self, item: int, order_id: str) -> str:
        """Return the waiting reservation with another item and order."""
        parts = self.waiting_entry.split("|")
        return "|".join([order_id, parts[1], str(item), *parts[3:]])
