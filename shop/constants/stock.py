"""Names and limits of stock."""

from enum import StrEnum

# Fixed for the life of an installation: a partition is a hash slot, and keys carry its number.
PARTITIONS = 16
BATCH = 500
# After a small batch a drain waits for more, so that one commit writes many orders: a moment for each order of that
# batch, since few orders now mean few to come. A lone buyer waits 5 ms longer, a crowd at most 50.
BATCH_SMALL = 200
GATHER_SECONDS = 0.005
GATHER_SECONDS_MAX = 0.05
# A receipt answers a purchase that is sent again.
RECEIPT_LIFE_SECONDS = 24 * 3600
CAUSE_MAX = 32
RUN_TEXT_MAX = 500


class StockReason(StrEnum):
    """Why a line stands in the stock ledger."""

    INITIAL = "initial"
    SALE = "sale"
    # A cancelled order; its pieces are back.
    RETURN = "return"
    ADJUSTMENT = "adjustment"
    # Stock and ledger disagreed, and a repair took the stock for the truth.
    CORRECTION = "correction"
    # No pieces: a number that was given to a reservation and that no order will ever have.
    VOID = "void"

    @property
    def label(self) -> str:
        """What people call it."""
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
    """Whether an item can be bought; what is retired only counts what was promised before."""

    OPEN = "open"
    CLOSED = "closed"
    RETIRED = "retired"


class ReadmitOutcome(StrEnum):
    """What READMIT answers."""

    READMITTED = "READMITTED"
    REJECTED = "REJECTED"
    CLOSED = "CLOSED"
    DATA_LOST = "WRONG"
    GONE = "GONE"


class CreditOutcome(StrEnum):
    """What APPLY answers."""

    APPLIED = "APPLIED"
    ALREADY_APPLIED = "OLD"
    OUT_OF_ORDER = "WAITS"
    DATA_LOST = "WRONG"
    CLOSED = "CLOSED"


class WithdrawalOutcome(StrEnum):
    """What TAKE answers."""

    TAKEN = "TAKEN"
    CHANGED = "CHANGED"
    SOLD_OUT = "SOLD_OUT"
    CLOSED = "CLOSED"


class Cause(StrEnum):
    """Why an item was repaired."""

    DIFFERENT = "different"
    # MySQL would not write what Redis had sold.
    REFUSED = "refused"
    REQUESTED = "asked"

    @property
    def label(self) -> str:
        """What people call it."""
        return _CAUSE_LABELS[self]


_CAUSE_LABELS = {
    Cause.DIFFERENT: "The stores disagreed",
    Cause.REFUSED: "The database refused orders",
    Cause.REQUESTED: "Requested by an operator",
}


class ReserveOutcome(StrEnum):
    """What RESERVE answers."""

    UNKNOWN_BUYER = "STRANGER"
    LIMITED = "LIMITED"
    KEY_REUSED = "REUSED"
    RESERVED = "RESERVED"
    DUPLICATE = "DUPLICATE"
    CLOSED = "CLOSED"
    SOLD_OUT = "SOLD_OUT"
    LIMIT = "LIMIT"
    BUSY = "BUSY"
