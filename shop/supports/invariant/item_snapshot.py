"""Snapshot of one item in both stores."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from shop.constants.stock import GateState
from shop.supports.invariant.ledger_summary import LedgerSummary
from shop.supports.invariant.order_summary import OrderSummary
from shop.supports.invariant.records import OutboxOrder, Problem
from shop.supports.invariant.redis_item import RedisItem


@dataclass(frozen=True)
class ItemSnapshot:
    """State of one item in both stores.

    `tenant_id`: None when there is no such item.
    `sellable`: the item may be bought; `database_sells`: the purchase strategy sells from the database.
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
        """True when Redis sells the item."""
        return self.redis_item.gate.get("state") == GateState.OPEN

    @property
    def is_counted(self) -> bool:
        """True when Redis counts the item's pieces.

        A retired item still counts earlier reservations, unless the database sells, and so does an item whose edit has
        exceeded its deadline.
        """
        counts_only = self.redis_item.gate.get("state") in (GateState.RETIRED, GateState.REVISING)
        return self.is_open or (counts_only and not self.database_sells)

    @property
    def unwritten(self) -> list[OutboxOrder]:
        """Entries and dead letters not yet written to the database."""
        entries = of_epoch(self.redis_item.entries, self.redis_item.count("epoch"))
        return [entry for entry in entries if not self.is_written(entry)]

    def is_written(self, entry: OutboxOrder) -> bool:
        """Return True when the database has the order with the entry's number."""
        return self.orders.positions.get(entry.order_id) == (entry.epoch, entry.seq)

    def make_problem(self, subject: UUID | str, text: str) -> Problem:
        """Create a problem of this item."""
        return Problem(self.item_id, subject, f"item {self.item_id}: {text}")


def count_pieces(entries: Iterable[OutboxOrder]) -> int:
    return sum(entry.quantity for entry in entries)


def of_epoch(entries: Iterable[OutboxOrder], epoch: int) -> list[OutboxOrder]:
    return [entry for entry in entries if entry.epoch == epoch]
