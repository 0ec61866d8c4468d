"""Reads of the database part of snapshots."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shop.constants.stock import StockReason
from shop.core.clock import Clock
from shop.repositories.order import OrderRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.repositories.user import UserRepository
from shop.supports.invariant import LedgerSummary, OrderSummary, OrderTerms, RedisItem, split_batches
from shop.supports.reservation import parse_reservation

# Receipts live a day; a slightly younger order must still have its own.
RECEIPT_CHECK_AGE = timedelta(hours=23)


@dataclass(frozen=True)
class TableSnapshotReader:
    """Steps that summarize orders, buyers and ledger lines of an item."""

    orders: OrderRepository
    ledger: StockLedgerRepository
    users: UserRepository
    clock: Clock

    def _summarize_orders(
        self, item_id: int, epoch: int, redis_item: RedisItem, texts: Mapping[UUID, str], voids: set[tuple[int, int]]
    ) -> OrderSummary:
        since = self.clock.now() - RECEIPT_CHECK_AGE
        named = {entry.order_id for entry in redis_item.entries}
        summary, buyers = OrderSummary(), set()
        _compare_entries(summary, redis_item, texts)
        for line in self.orders.iterate_lines(item_id):
            summary.add(line)
            # A number that was given twice is void for one order and belongs to the other.
            voids.discard((line.epoch, line.seq))
            buyers.add(line.user_id)
            if line.epoch == epoch:
                summary.add_recent(line, since)
            if line.order_id in named:
                summary.positions[line.order_id] = (line.epoch, line.seq)
            if text := texts.get(line.order_id):
                summary.record_mismatch(line.order_id, OrderTerms.of(line), parse_reservation(text))
        for ids in split_batches(texts.keys() - summary.units.keys()):
            for line in self.orders.find_lines(ids):
                summary.record_mismatch(line.order_id, OrderTerms.of(line), parse_reservation(texts[line.order_id]))
        summary.buyer_tenants = self._find_buyer_tenants(buyers)
        return summary

    def _find_buyer_tenants(self, buyers: Iterable[int]) -> dict[int, int | None]:
        buyer_tenants: dict[int, int | None] = {}
        for ids in split_batches(buyers):
            tenants = self.users.find_tenants(ids)
            buyer_tenants |= {user_id: tenants.get(user_id) for user_id in ids}
        return buyer_tenants

    def _summarize_ledger(self, item_id: int, applied: int) -> LedgerSummary:
        summary = LedgerSummary()
        for reason in StockReason:
            for line in self.ledger.iterate_lines(item_id, reason):
                summary.add(reason, line, applied)
        return summary


def _compare_entries(summary: OrderSummary, redis_item: RedisItem, texts: Mapping[UUID, str]) -> None:
    for entry in redis_item.entries:
        if text := texts.get(entry.order_id):
            summary.record_mismatch(entry.order_id, entry.terms, parse_reservation(text))
