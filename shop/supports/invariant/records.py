"""Records of the audit: what a store says of one order, one entry, one line."""

from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID


class Problem(NamedTuple):
    """Where something does not hold: its text tells counts that move, item and `about` stay the same.

    `about`: the order, or what else of the item is meant; item 0: no item is known.
    """

    item_id: int
    subject: UUID | str
    text: str

    @property
    def is_transient(self) -> bool:
        """Whether sums and counters say so, which move while the item sells; an order either is wrong or is not."""
        return not isinstance(self.subject, UUID)


class OutboxOrder(NamedTuple):
    """A reservation in an outbox, or set aside. `since`: milliseconds since 1970."""

    order_id: UUID
    epoch: int
    seq: int
    quantity: int
    since: int

    @property
    def place(self) -> tuple[int, int]:
        """Its number in the item's count: epoch and sequence."""
        return self.epoch, self.seq

    @property
    def name(self) -> tuple[UUID, int, int]:
        """What tells it from any other: its order, epoch and sequence."""
        return self.order_id, self.epoch, self.seq


class OrderLine(NamedTuple):
    """A row of the table of orders; no object of a Model, since there may be a million."""

    order_id: UUID
    tenant_id: int
    item_id: int
    user_id: int
    quantity: int
    unit_price_minor: int
    currency: str
    status: str
    epoch: int
    seq: int
    created_at: datetime


class LedgerLine(NamedTuple):
    """A row of the ledger."""

    line_id: int
    tenant_id: int
    delta: int
    ref: str
    adj_seq: int | None


class EpochOrders(NamedTuple):
    """The written orders of one epoch."""

    orders: int
    seq_max: int


class Agreed(Protocol):
    """An order or its receipt: both say what was bought, and for how much."""

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
    """What an order and its receipt say alike."""

    tenant: int
    item: int
    user: int
    quantity: int
    unit_price: int
    currency: str

    @classmethod
    def of(cls, agreed: Agreed) -> "OrderTerms":
        """Return the deal that an order or a receipt tells."""
        return cls(
            tenant=agreed.tenant_id,
            item=agreed.item_id,
            user=agreed.user_id,
            quantity=agreed.quantity,
            unit_price=agreed.unit_price_minor,
            currency=agreed.currency,
        )
