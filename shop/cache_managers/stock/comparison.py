"""The moment of the last comparison of both stores."""

from dataclasses import dataclass
from typing import Any

from shop.cache_managers.stock.keys import StockKeys


@dataclass(frozen=True)
class Comparison(StockKeys):
    """Commands that remember when both stores were compared."""

    def store_reconciled_at(self, moment: float) -> None:
        """Remember when the stores were last compared, in seconds since 1970."""
        self.stores.cache.set(self.reconciled_at(), str(moment))

    def find_reconciled_at(self) -> float | None:
        """When that was."""
        found: Any = self.stores.cache.get(self.reconciled_at())
        return float(found) if found else None
