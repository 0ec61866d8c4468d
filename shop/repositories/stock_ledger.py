"""Queries of the table stock_ledger."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from shop.constants.stock import StockReason
from shop.core.database.columns import ColumnMap, FoldedTexts
from shop.core.database.criteria import Criteria
from shop.core.database.repository import Repository
from shop.models.stock_ledger import StockLedger
from shop.supports.invariant import LedgerLine

PAGE_SIZE = 5000
# Names and order of the columns equal the fields of LedgerLine.
_LINE = select(
    StockLedger.id.label("line_id"), StockLedger.tenant_id, StockLedger.delta, StockLedger.ref, StockLedger.adj_seq
)

_SOURCE = ColumnMap(
    StockLedger.id,
    {
        "id": StockLedger.id,
        "delta": StockLedger.delta,
        "reason": StockLedger.reason,
        "ref": StockLedger.ref,
        "note": StockLedger.note,
        "actor": StockLedger.actor,
        "created_at": StockLedger.created_at,
    },
    folded={"note": FoldedTexts(StockLedger.note_folded, StockLedger.note_folded.is_(None))},
)


@dataclass(frozen=True)
class StockLedgerRepository(Repository[StockLedger]):
    """Repository of ledger lines; lines are never changed or removed."""

    model = StockLedger

    def find_items(self) -> set[int]:
        """Return the ids of all items with ledger lines."""
        return set(self.session.scalars(select(StockLedger.item_id).distinct()))

    def find_sum(self, item_id: int) -> int:
        """Return the sum of all changes of an item."""
        return int(self.session.scalar(select(func.sum(StockLedger.delta)).where(StockLedger.item_id == item_id)) or 0)

    def source(self) -> ColumnMap:
        """Return the columns of list fields."""
        return _SOURCE

    def of_item(self, item_id: int) -> Criteria:
        """Return the criteria of an item's ledger lines."""
        return Criteria().push(StockLedger.item_id == item_id)

    def find_credits(self, item_id: int, after: int) -> Sequence[StockLedger]:
        """Return credits of an item with a number above `after`, in order."""
        query = select(StockLedger).where(
            StockLedger.item_id == item_id,
            # Listed, so that the index excludes sales, which are most lines.
            StockLedger.reason.in_((StockReason.RETURN, StockReason.ADJUSTMENT)),
            StockLedger.adj_seq > after,
        )
        return self.session.scalars(query.order_by(StockLedger.adj_seq)).all()

    def find_refs(self, reason: StockReason, refs: Collection[str]) -> set[str]:
        """Return those refs that already have a line with that reason."""
        query = select(StockLedger.ref).where(StockLedger.reason == reason, StockLedger.ref.in_(refs))
        return set(self.session.scalars(query))

    def iterate_lines(self, item_id: int, reason: StockReason) -> Iterator[LedgerLine]:
        """Iterate over an item's lines of one reason, oldest first, by pages."""
        line, last = StockLedger, 0
        query = _LINE.where(line.item_id == item_id, line.reason == reason).order_by(line.id).limit(PAGE_SIZE)
        while page := [LedgerLine(*row) for row in self.session.execute(query.where(line.id > last))]:
            yield from page
            last = page[-1].line_id
