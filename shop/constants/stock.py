"""Names and limits of stock."""

from enum import StrEnum

# Fixed for the life of an installation: a partition is a hash slot, and keys carry its number.
PARTITIONS = 16
BATCH = 500
# A batch below this size waits a moment for more, so that one transaction writes many orders.
BATCH_SMALL = 100
GATHER_SECONDS = 0.02


class StockReason(StrEnum):
    """Why a line stands in the stock ledger."""

    INITIAL = "initial"
    SALE = "sale"


class Outcome(StrEnum):
    """What RESERVE answers."""

    RESERVED = "RESERVED"
    DUPLICATE = "DUPLICATE"
    CLOSED = "CLOSED"
    SOLD_OUT = "SOLD_OUT"
    LIMIT = "LIMIT"
    BUSY = "BUSY"
