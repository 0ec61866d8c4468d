"""Names and limits of stock."""

from enum import StrEnum

# Must never change in an installation: a partition is a hash slot, and its number is part of the keys.
PARTITIONS = 16
BATCH = 500
# After a small batch a drain waits for more orders, so that one commit writes many: 5 ms per order of the batch, at
# most 100 ms. Few orders in the last batch predict few in the next one.
BATCH_SMALL = 200
GATHER_SECONDS = 0.005
GATHER_SECONDS_MAX = 0.1
# Repeated purchases are answered from the receipt for this time.
RECEIPT_LIFE_SECONDS = 24 * 3600
# An edit that dies leaves a gate that sells by the older terms for this time, and is then loaded.
EDIT_SECONDS = 1.0
CAUSE_MAX = 32
RUN_TEXT_MAX = 500


class StockReason(StrEnum):
    """Reason of a line in the stock ledger."""

    INITIAL = "initial"
    SALE = "sale"
    # A cancelled order.
    RETURN = "return"
    ADJUSTMENT = "adjustment"
    # A repair after a difference between stock and ledger; the stock is correct by definition.
    CORRECTION = "correction"
    # No pieces: a sequence number of a reservation that never becomes an order.
    VOID = "void"

    @property
    def label(self) -> str:
        """Display name."""
        return _REASON_LABELS[self]


_REASON_LABELS = {
    StockReason.INITIAL: "Initial stock",
    StockReason.SALE: "Sale",
    StockReason.RETURN: "Return",
    StockReason.ADJUSTMENT: "Adjustment by hand",
    StockReason.CORRECTION: "Correction by a repair",
    StockReason.VOID: "Number without an order",
}


class GateState(StrEnum):
    """State of a gate; a retired item accepts only earlier reservations.

    A gate that is revised sells until the deadline of its edit.
    """

    OPEN = "open"
    REVISING = "revising"
    CLOSED = "closed"
    RETIRED = "retired"


class ReadmitOutcome(StrEnum):
    """Outcome of READMIT."""

    READMITTED = "READMITTED"
    REJECTED = "REJECTED"
    CLOSED = "CLOSED"
    DATA_LOST = "WRONG"
    GONE = "GONE"


class CreditOutcome(StrEnum):
    """Outcome of APPLY."""

    APPLIED = "APPLIED"
    ALREADY_APPLIED = "OLD"
    OUT_OF_ORDER = "WAITS"
    DATA_LOST = "WRONG"
    CLOSED = "CLOSED"


class WithdrawalOutcome(StrEnum):
    """Outcome of TAKE."""

    TAKEN = "TAKEN"
    CHANGED = "CHANGED"
    SOLD_OUT = "SOLD_OUT"
    CLOSED = "CLOSED"


class Cause(StrEnum):
    """Cause of a repair."""

    DIFFERENT = "different"
    # MySQL rejected orders that Redis had reserved.
    REFUSED = "refused"
    REQUESTED = "asked"

    @property
    def label(self) -> str:
        """Display name."""
        return _CAUSE_LABELS[self]


_CAUSE_LABELS = {
    Cause.DIFFERENT: "The stores disagreed",
    Cause.REFUSED: "The database refused orders",
    Cause.REQUESTED: "Requested by an operator",
}


class ReserveOutcome(StrEnum):
    """Outcome of RESERVE."""

    UNKNOWN_BUYER = "STRANGER"
    RATE_LIMITED = "LIMITED"
    KEY_REUSED = "REUSED"
    # The first order of the key is older than the life of a key.
    KEY_EXPIRED = "EXPIRED"
    RECEIPT_DAMAGED = "DAMAGED"
    RESERVED = "RESERVED"
    DUPLICATE = "DUPLICATE"
    CLOSED = "CLOSED"
    SOLD_OUT = "SOLD_OUT"
    LIMIT = "LIMIT"
    BUSY = "BUSY"
