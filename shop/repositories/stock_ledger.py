"""Questions to the table stock_ledger."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from shop.constants.stock import StockReason
from shop.core.repository import Repository
from shop.models.stock_ledger import StockLedger


@dataclass(frozen=True)
class StockLedgerRepository(Repository[StockLedger]):
    """Adds lines and sums them; nothing changes or removes one."""

    model = StockLedger

    def sums(self) -> dict[int, int]:
        """Item id -> sum of all its changes."""
        query = select(StockLedger.item_id, func.sum(StockLedger.delta)).group_by(StockLedger.item_id)
        return {item_id: int(total) for item_id, total in self.session.execute(query)}

    def sales(self) -> dict[int, tuple[int, int]]:
        """Item id -> (number of sales, pieces sold)."""
        query = select(StockLedger.item_id, func.count(), -func.sum(StockLedger.delta)).where(
            StockLedger.reason == StockReason.SALE
        )
        rows = self.session.execute(query.group_by(StockLedger.item_id))
        return {item_id: (int(count), int(units)) for item_id, count, units in rows}

    def find_sold(self, item_id: int) -> set[UUID]:
        """The order ids that the sales of an item name."""
        query = select(StockLedger.ref).where(StockLedger.item_id == item_id, StockLedger.reason == StockReason.SALE)
        return {UUID(ref) for ref in self.session.scalars(query)}
