"""Summary of one item's orders."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shop.constants.order import OrderStatus
from shop.supports.invariant.records import Agreed, EpochOrders, OrderLine, OrderTerms


@dataclass
class OrderSummary:
    """Sums of one item's orders, and their differences from receipts.

    `recent`: orders of this epoch whose receipt has not expired.
    `units_held`: user -> confirmed pieces.
    `buyers`: users with a confirmed order of this epoch.
    `tenants`: tenant -> one of its orders.
    `buyer_tenants`: buyer -> tenant, None for an unknown user.
    `positions`: order -> (epoch, number), for orders with an outbox entry.
    `mismatches`: terms of order and receipt.
    `wrong_totals`: total, and quantity times unit price.
    """

    units: dict[UUID, int] = field(default_factory=dict)
    cancelled: set[UUID] = field(default_factory=set)
    recent: set[UUID] = field(default_factory=set)
    epochs: dict[int, EpochOrders] = field(default_factory=dict)
    units_held: Counter[int] = field(default_factory=Counter)
    buyers: set[int] = field(default_factory=set)
    tenants: dict[int, UUID] = field(default_factory=dict)
    buyer_tenants: Mapping[int, int | None] = field(default_factory=dict)
    positions: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    mismatches: dict[UUID, tuple[OrderTerms, OrderTerms]] = field(default_factory=dict)
    wrong_totals: dict[UUID, tuple[int, int]] = field(default_factory=dict)

    def add(self, line: OrderLine) -> None:
        """Count an order of the item."""
        self.units[line.order_id] = line.quantity
        self.tenants.setdefault(line.tenant_id, line.order_id)
        if line.status == OrderStatus.CANCELLED:
            self.cancelled.add(line.order_id)
        else:
            self.units_held[line.user_id] += line.quantity
        if line.total_minor != (due := line.quantity * line.unit_price_minor):
            self.wrong_totals[line.order_id] = line.total_minor, due
        before = self.epochs.get(line.epoch, EpochOrders(0, 0))
        self.epochs[line.epoch] = EpochOrders(before.orders + 1, max(before.seq_max, line.seq))

    def add_recent(self, line: OrderLine, since: datetime) -> None:
        """Add an order of this epoch."""
        if line.status != OrderStatus.CANCELLED:
            self.buyers.add(line.user_id)
        if line.created_at >= since:
            self.recent.add(line.order_id)

    def record_mismatch(self, order_id: UUID, ordered: OrderTerms, receipt: Agreed) -> None:
        """Record an order whose terms differ from its receipt."""
        if (reserved := OrderTerms.of(receipt)) != ordered:
            self.mismatches[order_id] = (ordered, reserved)
