"""The book of one item: everything that both stores say."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from shop.constants.stock import GateState
from shop.supports.invariant.ledger import LedgerSummary
from shop.supports.invariant.orders import OrderSummary
from shop.supports.invariant.records import OutboxOrder, Problem
from shop.supports.invariant.sale import RedisItem


@dataclass(frozen=True)
class ItemSnapshot:
    """Everything both stores say about one item, read once. Without a tenant there is no such item.

    `sellable`: whether it may be bought; `direct`: whether the database itself sells.
    """

    item_id: int
    tenant_id: int | None
    stock: int
    epoch: int
    limit: int | None
    redis_item: RedisItem
    orders: OrderSummary
    ledger: LedgerSummary
    sellable: bool = True
    database_sells: bool = False

    @property
    def is_open(self) -> bool:
        """Whether Redis sells it."""
        return self.redis_item.gate.get("state") == GateState.OPEN

    @property
    def is_counted(self) -> bool:
        """Whether Redis counts it: what is retired still counts what was promised before, unless the database sells."""
        return self.is_open or (self.redis_item.gate.get("state") == GateState.RETIRED and not self.database_sells)

    @property
    def unwritten(self) -> list[OutboxOrder]:
        """Entries, dead letters included, whose pieces were taken in Redis and not yet in the database."""
        entries = of_epoch(self.redis_item.entries, self.redis_item.count("epoch"))
        return [entry for entry in entries if not self.is_written(entry)]

    def is_written(self, entry: OutboxOrder) -> bool:
        """Whether the order of an entry stands in the database under the number of the entry."""
        return self.orders.positions.get(entry.order_id) == (entry.epoch, entry.seq)

    def make_problem(self, subject: UUID | str, text: str) -> Problem:
        """A problem of the item."""
        return Problem(self.item_id, subject, f"item {self.item_id}: {text}")


def count_pieces(entries: Iterable[OutboxOrder]) -> int:
    return sum(entry.quantity for entry in entries)


def of_epoch(entries: Iterable[OutboxOrder], epoch: int) -> list[OutboxOrder]:
    return [entry for entry in entries if entry.epoch == epoch]
