"""Writes of reservations to the tables of orders and the ledger."""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.constants.stock import GateState, StockReason
from shop.core.clock import Clock
from shop.core.database.transaction import after_commit
from shop.core.jobs.queue import JobQueue
from shop.core.metrics.metrics import Metrics
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.services.stock.rows import order_row, sale_row, void_row
from shop.supports.reservation import Reservation
from shop.supports.sale_gate import Claim
from shop.supports.sale_strategy import SaleStrategy

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OrderWriter:
    """Steps that write orders and ledger lines, or request a load."""

    items: ItemRepository
    orders: OrderRepository
    ledger: StockLedgerRepository
    stock: StockCacheManager
    queue: JobQueue
    clock: Clock
    strategy: SaleStrategy
    metrics: Metrics

    def _write_orders(self, reservations: Sequence[Reservation]) -> None:
        now = self.clock.now()
        self.orders.create_many([order_row(reservation, now) for reservation in reservations])
        self.ledger.create_many([sale_row(reservation, now) for reservation in reservations])
        if ids := [str(reservation.order_id) for reservation in reservations]:
            # A log search for the request that created one of these orders finds this line by the order id.
            after_commit(_log.info, "%s orders are written", len(ids), extra={"about": ids})

    def _write_voids(self, reservations: Sequence[Reservation]) -> None:
        """Write one void line for each number that gets no order."""
        refs = {f"{r.item_id}:{r.epoch}:{r.seq}": r for r in reservations}
        written = self.ledger.find_refs(StockReason.VOID, refs) if refs else set()
        now = self.clock.now()
        self.ledger.create_many([void_row(refs[ref], ref, now) for ref in refs if ref not in written])

    def _close_and_enqueue(self, job: JobName, tenant_id: int, item_id: int, **arguments: Any) -> None:
        # Closed first: the data of Redis is wrong, so no purchase may use it. A gate that is closed already has a load
        # on its way, perhaps the one that drains now.
        if self.stock.state(tenant_id, item_id).get("state") != GateState.CLOSED:
            self.stock.claim(tenant_id, item_id, Claim(uuid.uuid4().hex, self.clock.microseconds(), data_lost=True))
            self.queue.enqueue(job, tenant_id=tenant_id, item_id=item_id, **arguments)
