"""Records of the invariant check: orders, outbox entries and ledger lines."""

from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID


class Problem(NamedTuple):
    """Violation of an invariant.

    `subject`: the order, or a name for another part of the item. Item and subject are stable between checks; counts in
    the text may change. Item 0 means that no item is known.
    """

    item_id: int
    subject: UUID | str
    text: str

    @property
    def is_transient(self) -> bool:
        """True for sums and counters, which change during a sale."""
        return not isinstance(self.subject, UUID)


class OutboxOrder(NamedTuple):
    """Reservation in an outbox or dead letter; `since` in milliseconds since 1970."""

    order_id: UUID
    epoch: int
    seq: int
    terms: "OrderTerms"
    since: int

    @property
    def quantity(self) -> int:
        """Reserved pieces."""
        return self.terms.quantity

    @property
    def position(self) -> tuple[int, int]:
        """Epoch and sequence number."""
        return self.epoch, self.seq

    @property
    def identity(self) -> tuple[UUID, int, int]:
        """Unique key: order, epoch and sequence number."""
        return self.order_id, self.epoch, self.seq


class OrderLine(NamedTuple):
    """Row of the orders table; a tuple, since rows are many."""

    order_id: UUID
    tenant_id: int
    item_id: int
    user_id: int
    quantity: int
    unit_price_minor: int
    total_minor: int
    currency: str
    status: str
    epoch: int
    seq: int
    created_at: datetime


class LedgerLine(NamedTuple):
    """Row of the ledger."""

    line_id: int
    tenant_id: int
    delta: int
    ref: str
    adj_seq: int | None


class EpochOrders(NamedTuple):
    """Count and highest number of the written orders of one epoch."""

    orders: int
    seq_max: int


class Agreed(Protocol):
    """Fields that an order and its receipt have in common."""

    @property
    def tenant_id(self) -> int: ...
    @property
    def item_id(self) -> int: ...
    @property
    def user_id(self) -> int: ...
    @property
    def quantity(self) -> int: ...
    @property
    def unit_price_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...


class OrderTerms(NamedTuple):
    """Terms of a purchase, comparable between order and receipt."""

    tenant: int
    item: int
    user: int
    quantity: int
    unit_price: int
    currency: str

    @classmethod
    def of(cls, agreed: Agreed) -> "OrderTerms":
        """Return the terms of an order or a receipt."""
        return cls(
            tenant=agreed.tenant_id,
            item=agreed.item_id,
            user=agreed.user_id,
            quantity=agreed.quantity,
            unit_price=agreed.unit_price_minor,
            currency=agreed.currency,
        )
