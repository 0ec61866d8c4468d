"""Questions to the table stock_ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from shop.constants.stock import StockReason
from shop.core.repository import Repository
from shop.models.stock_ledger import StockLedger

LINES = 5000


class LedgerLine(NamedTuple):
    """What the audit asks of a line."""

    line_id: int
    tenant_id: int
    delta: int
    ref: str
    adj_seq: int | None


@dataclass(frozen=True)
class StockLedgerRepository(Repository[StockLedger]):
    """Adds lines and reads them; nothing changes or removes one."""

    model = StockLedger

    def find_items(self) -> set[int]:
        """The ids of all items that have a line."""
        return set(self.session.scalars(select(StockLedger.item_id).distinct()))

    def page_through(self, item_id: int, reason: StockReason) -> Iterator[LedgerLine]:
        """Every line of an item that stands there for that reason, oldest first, a page at a time."""
        line, last = StockLedger, 0
        query = select(line.id, line.tenant_id, line.delta, line.ref, line.adj_seq)
        query = query.where(line.item_id == item_id, line.reason == reason).order_by(line.id).limit(LINES)
        while page := [LedgerLine(*row) for row in self.session.execute(query.where(line.id > last))]:
            yield from page
            last = page[-1].line_id
