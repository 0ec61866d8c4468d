"""Time of the last reconciliation of both stores."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from shop.cache_managers.stock.keys import StockKeys


@dataclass(frozen=True)
class ReconciliationTime(StockKeys):
    """Commands for the time of the last reconciliation."""

    def store_reconciled_at(self, moment: float) -> None:
        """Store the time of the last reconciliation, in seconds since 1970."""
        self.stores.cache.set(self.reconciled_at(), str(moment))

    def find_reconciled_at(self) -> float | None:
        """Return the time of the last reconciliation, or None."""
        value: Any = self.stores.cache.get(self.reconciled_at())
        with suppress(ValueError):
            return float(value) if value else None
        # Damaged; the next reconciliation stores it again.
        return None
