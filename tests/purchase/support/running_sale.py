"""An item in the middle of its sale, and the keys behind it."""

from dataclasses import dataclass
from typing import Any

from shop.core.database.model import DEFAULT_TENANT
from tests.purchase.support.in_process_shop import Indoors


@dataclass
class Scene:
    """An item of ten pieces: two orders of one piece are written, a third waits."""

    shop: Indoors
    redis: Any
    item: int
    token: str
    first: str
    second: str
    waiting: str

    def key(self, name: str) -> str:
        """A key of the item's partition, as the design draws it."""
        number = self.shop.stock.partition(DEFAULT_TENANT, self.item)
        return f"{{p{number:02d}}}:{name}"

    @property
    def gate(self) -> str:
        """The key of the item's counters."""
        return self.key(f"item:{DEFAULT_TENANT}:{self.item}")

    def receipt(self, order_id: str) -> str:
        """The key of a receipt."""
        return self.key(f"receipt:{order_id}")

    @property
    def body(self) -> str:
        """The reservation that waits."""
        ((_, fields),) = self.redis.xrange(self.key("outbox"))
        return str(fields[b"r"].decode())

    def in_the_name_of(self, item: int, order_id: str) -> str:
        """The same reservation, of another item and order."""
        parts = self.body.split("|")
        return "|".join([order_id, parts[1], str(item), *parts[3:]])
