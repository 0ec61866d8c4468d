"""Orders that are written, compared with those that were promised."""

import sys
import time
from dataclasses import dataclass, field

from sqlalchemy import select

from benchmarks.sale_gate.purchase_log import PurchaseLog
from shop.container import Container
from shop.core.database.engine import Database
from shop.models.order import Order

PAUSE_SECONDS = 0.05


@dataclass
class WrittenOrders:
    """Comparison of the orders of one shop.

    `promised`: ids of all accepted orders. `lost`: ids of those that Redis lost with its data.
    """

    container: Container
    promised: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)

    def wait_until_written(self, item_id: int, log: PurchaseLog, seconds: float) -> None:
        """Wait until the promised orders of an item are written, and no others.

        Ends the benchmark when they are not in time, or others are.
        """
        ids = {purchase.order_id for purchase in log.find_accepted()}
        self.promised |= ids
        deadline = time.monotonic() + seconds
        while missing := ids - self.lost - (written := self._read_ids(item_id)):
            if time.monotonic() > deadline:
                sys.exit(f"Item {item_id}: {len(missing)} of {len(ids)} promised orders are not written.")
            time.sleep(PAUSE_SECONDS)
        if others := written - self.promised:
            sys.exit(f"Item {item_id}: {len(others)} orders were not promised.")

    def find_kept(self) -> list[str]:
        """Return the ids of promised orders that are not lost."""
        return sorted(self.promised - self.lost)

    def _read_ids(self, item_id: int) -> set[str]:
        with self.container.get(Database).engine.connect() as connection:
            return {str(order_id) for order_id in connection.scalars(select(Order.id).where(Order.item_id == item_id))}
