"""Information about stock ledger lines."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shop.core.clock import format_rfc3339

if TYPE_CHECKING:
    from shop.models.stock_ledger import StockLedger


@dataclass(frozen=True)
class StockLedgerCombination:
    """Information about a ledger line."""

    def card(self, line: "StockLedger") -> dict[str, Any]:
        """Build the card; JSON-safe."""
        return {
            "id": line.id,
            "delta": line.delta,
            "reason": line.reason,
            "ref": line.ref,
            "note": line.note,
            "actor": line.actor,
            "created_at": format_rfc3339(line.created_at),
        }
