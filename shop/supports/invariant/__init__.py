"""Invariants of one item that must hold after any failure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from shop.constants.stock import BATCH
from shop.supports.invariant.item_snapshot import ItemSnapshot
from shop.supports.invariant.ledger_summary import LedgerSummary
from shop.supports.invariant.number_invariants import check_number_gaps, check_redis_sequence, check_tenants
from shop.supports.invariant.order_invariants import (
    check_confirmed_orders,
    check_ledger_orders,
    check_order_totals,
    check_orders_have_receipts,
    check_orders_match_receipts,
    check_orders_match_sales,
    check_purchase_limits,
    check_rejected_orders,
)
from shop.supports.invariant.order_summary import OrderSummary
from shop.supports.invariant.records import EpochOrders, LedgerLine, OrderLine, OrderTerms, OutboxOrder, Problem
from shop.supports.invariant.redis_item import RedisItem
from shop.supports.invariant.stock_invariants import (
    check_ledger_sum,
    check_not_negative,
    check_outbox_age,
    check_pending_count,
    check_sold_out,
    check_stores_agree,
)

__all__ = [
    "INVARIANTS",
    "EpochOrders",
    "ItemSnapshot",
    "LedgerLine",
    "LedgerSummary",
    "OrderLine",
    "OrderSummary",
    "OrderTerms",
    "OutboxOrder",
    "Problem",
    "RedisItem",
    "split_batches",
]

T = TypeVar("T")

INVARIANTS = {
    1: check_ledger_sum,
    2: check_ledger_orders,
    3: check_stores_agree,
    4: check_pending_count,
    5: check_not_negative,
    6: check_confirmed_orders,
    7: check_orders_have_receipts,
    8: check_orders_match_receipts,
    9: check_orders_match_sales,
    10: check_number_gaps,
    11: check_redis_sequence,
    12: check_rejected_orders,
    13: check_purchase_limits,
    14: check_outbox_age,
    15: check_sold_out,
    16: check_tenants,
    17: check_order_totals,
}


def split_batches(ids: Iterable[T]) -> Iterator[Sequence[T]]:
    """Split ids into batches that fit into one SQL statement."""
    listed = list(ids)
    return (listed[start : start + BATCH] for start in range(0, len(listed), BATCH))
