"""Consistent snapshot of one item, and functions that change parts of it."""

from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

from shop.supports.invariant import (
    EpochOrders,
    ItemSnapshot,
    LedgerSummary,
    OrderSummary,
    OrderTerms,
    OutboxOrder,
    RedisItem,
)

EARLY, ONE, TWO, THREE, FIVE, LOST = (UUID(int=number) for number in (8, 1, 2, 3, 5, 99))
TERMS = OrderTerms(tenant=1, item=7, user=5, quantity=1, unit_price=250, currency="EUR")
WAITING_ENTRY = OutboxOrder(THREE, epoch=2, seq=4, terms=TERMS._replace(quantity=2), since=1000)
DEAD_ENTRY = OutboxOrder(FIVE, epoch=2, seq=5, terms=TERMS._replace(quantity=2), since=1000)
# Ten units. Number 1 of the first epoch was cancelled, and its return has not reached Redis yet. Of the second epoch
# 1 and 2 are written (three units), 3 is void, 4 waits and 5 is a dead letter: seven in the database, two available.
SNAPSHOT = ItemSnapshot(
    item_id=7,
    tenant_id=1,
    stock=7,
    epoch=2,
    limit=2,
    redis_item=RedisItem(
        gate={"state": "open", "avail": "2", "pend": "4", "seq": "5", "epoch": "2", "hwm": "0"},
        waiting=[WAITING_ENTRY],
        dead=[DEAD_ENTRY],
        receipts={"P": {THREE}, "D": {FIVE}, "C": {EARLY, ONE, TWO}},
        now=2000,
    ),
    orders=OrderSummary(
        units={EARLY: 1, ONE: 1, TWO: 2},
        cancelled={EARLY},
        recent={ONE, TWO},
        epochs={1: EpochOrders(orders=1, seq_max=1), 2: EpochOrders(orders=2, seq_max=2)},
        units_held=Counter({5: 1, 6: 2}),
        buyers={5, 6},
        tenants={1: ONE},
        buyer_tenants={5: 1, 6: 1},
    ),
    ledger=LedgerSummary(
        total=7,
        unapplied=1,
        sold={EARLY: 1, ONE: 1, TWO: 2},
        returned={EARLY: 1},
        voids={(2, 3)},
        tenants=Counter({1: 6}),
    ),
)


def change_redis_item(**changes: Any) -> dict[str, Any]:
    """Change the Redis part; `P`, `C`, `R`, `D` are receipts by state."""
    states = {name: changes.pop(name) for name in "PCRD" if name in changes}
    changed = replace(SNAPSHOT.redis_item, **changes)
    return {"redis_item": replace(changed, receipts={**changed.receipts, **states})}


def change_gate(**changes: str) -> dict[str, str]:
    """Change fields of the gate."""
    return {**SNAPSHOT.redis_item.gate, **changes}


def change_orders(**changes: Any) -> dict[str, Any]:
    """Change the orders."""
    return {"orders": replace(SNAPSHOT.orders, **changes)}


def change_ledger(**changes: Any) -> dict[str, Any]:
    """Change the ledger."""
    return {"ledger": replace(SNAPSHOT.ledger, **changes)}
