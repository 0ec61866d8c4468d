"""Questions to the table stock_ledger."""

from collections.abc import Collection, Sequence
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

    def find_sum(self, item_id: int) -> int:
        """The sum of all changes of an item."""
        return int(self.session.scalar(select(func.sum(StockLedger.delta)).where(StockLedger.item_id == item_id)) or 0)

    def find_page(self, item_id: int, before: int | None, limit: int) -> Sequence[StockLedger]:
        """The lines of an item, newest first, older than a line."""
        query = select(StockLedger).where(StockLedger.item_id == item_id)
        if before:
            query = query.where(StockLedger.id < before)
        return self.session.scalars(query.order_by(StockLedger.id.desc()).limit(limit)).all()

    def find_credits(self, item_id: int, after: int) -> Sequence[StockLedger]:
        """The credits of an item with a number above the given one, in their order."""
        query = select(StockLedger).where(
            StockLedger.item_id == item_id,
            # Named, because the index knows them; sales are the many.
            StockLedger.reason.in_((StockReason.RETURN, StockReason.ADJUSTMENT)),
            StockLedger.adj_seq > after,
        )
        return self.session.scalars(query.order_by(StockLedger.adj_seq)).all()

    def find_refs(self, reason: StockReason, refs: Collection[str]) -> set[str]:
        """Which of the causes stand there for that reason already."""
        query = select(StockLedger.ref).where(StockLedger.reason == reason, StockLedger.ref.in_(refs))
        return set(self.session.scalars(query))

    def find_voids(self, item_id: int) -> set[tuple[int, int]]:
        """(epoch, seq) of the numbers of an item that no order will ever have."""
        query = select(StockLedger.ref).where(StockLedger.item_id == item_id, StockLedger.reason == StockReason.VOID)
        places = [ref.split(":") for ref in self.session.scalars(query)]
        return {(int(epoch), int(seq)) for _, epoch, seq in places}

    def find_sold(self, item_id: int) -> set[UUID]:
        """The order ids that the sales of an item name."""
        query = select(StockLedger.ref).where(StockLedger.item_id == item_id, StockLedger.reason == StockReason.SALE)
        return {UUID(ref) for ref in self.session.scalars(query)}
