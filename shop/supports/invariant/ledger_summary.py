"""Summary of one item's ledger."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from shop.constants.stock import StockReason
from shop.supports.invariant.records import LedgerLine


@dataclass
class LedgerSummary:
    """Sums of one item's ledger.

    `unapplied`: pieces of credits not applied in Redis; `voids`: (epoch, number).
    """

    total: int = 0
    unapplied: int = 0
    sold: dict[UUID, int] = field(default_factory=dict)
    returned: dict[UUID, int] = field(default_factory=dict)
    voids: set[tuple[int, int]] = field(default_factory=set)
    tenants: Counter[int] = field(default_factory=Counter)

    def add(self, reason: StockReason, line: LedgerLine, applied: int) -> None:
        """Count a line; `applied` is the last credit number in Redis."""
        self.total += line.delta
        self.tenants[line.tenant_id] += 1
        self.unapplied += line.delta if (line.adj_seq or 0) > applied else 0
        if reason is StockReason.SALE:
            self.sold[UUID(line.ref)] = -line.delta
        elif reason is StockReason.RETURN:
            self.returned[UUID(line.ref)] = line.delta
        elif reason is StockReason.VOID:
            _, epoch, seq = line.ref.split(":")
            self.voids.add((int(epoch), int(seq)))
