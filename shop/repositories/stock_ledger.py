"""Questions to the table stock_ledger."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from shop.constants.stock import StockReason
from shop.core.database.columns import ColumnMap
from shop.core.database.criteria import Criteria
from shop.core.database.repository import Repository
from shop.models.stock_ledger import StockLedger
from shop.supports.invariant import LedgerLine

PAGE_SIZE = 5000
# The columns are called, and stand in the order of, the fields of a LedgerLine.
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
)


@dataclass(frozen=True)
class StockLedgerRepository(Repository[StockLedger]):
    """Adds lines and reads them; nothing changes or removes one."""

    model = StockLedger

    def find_items(self) -> set[int]:
        """The ids of all items that have a line."""
        return set(self.session.scalars(select(StockLedger.item_id).distinct()))

    def find_sum(self, item_id: int) -> int:
        """The sum of all changes of an item."""
        return int(self.session.scalar(select(func.sum(StockLedger.delta)).where(StockLedger.item_id == item_id)) or 0)

    def source(self) -> ColumnMap:
        """The columns that lists name."""
        return _SOURCE

    def of_item(self, item_id: int) -> Criteria:
        """The lines of an item."""
        return Criteria().push(StockLedger.item_id == item_id)

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

    def iterate_lines(self, item_id: int, reason: StockReason) -> Iterator[LedgerLine]:
        """Every line of an item that stands there for that reason, oldest first, a page at a time."""
        line, last = StockLedger, 0
        query = _LINE.where(line.item_id == item_id, line.reason == reason).order_by(line.id).limit(PAGE_SIZE)
        while page := [LedgerLine(*row) for row in self.session.execute(query.where(line.id > last))]:
            yield from page
            last = page[-1].line_id
