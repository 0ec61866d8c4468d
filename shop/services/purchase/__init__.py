"""Rules of purchases that Redis reserves."""

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from shop.constants.job import JobName
from shop.constants.order import SOLD_OUT_ITEMS, SOLD_OUT_SECONDS
from shop.constants.stock import GateState, ReserveOutcome
from shop.core.clock import to_microseconds
from shop.core.database.transaction import release_connection
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.idempotency.metrics import IDEMPOTENT_REQUESTS
from shop.core.idempotency.record import add_replay_headers_later, require_same_request
from shop.core.jobs.queue import JobQueue
from shop.core.redis.stores import RedisError
from shop.core.resilience.backoff import retry_after
from shop.core.resilience.bounded_wait import BoundedWait
from shop.core.resilience.ttl_cache import TTLCache
from shop.exception_codes.item import ItemExceptionCode
from shop.exception_codes.order import OrderExceptionCode
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.services.purchase.reserve_steps import ReserveSteps
from shop.supports.reservation import Purchase, Reservation, ReserveResult

if TYPE_CHECKING:
    from shop.models.order import Order

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PurchaseService(ReserveSteps):
    """Reserves stock in Redis for purchases."""

    orders: OrderRepository
    items: ItemRepository
    queue: JobQueue
    bounded_wait: BoundedWait
    # (tenant, item) -> the stock that was left when a purchase was refused for too little.
    sold_out: TTLCache[tuple[int, int], int] = field(default_factory=lambda: TTLCache(SOLD_OUT_SECONDS, SOLD_OUT_ITEMS))

    def reserve(self, purchase: Purchase) -> Reservation | None:
        """Reserve stock for a purchase, without SQL.

        The script needs one round trip. A repeated purchase id gets the same reservation. Returns None when the buyer
        has to be trusted first. Raises ShopError with the reason of a refusal.
        """
        self._refuse_if_sold_out(purchase)
        reserved = self._reserve_by_strategy(purchase)
        if reserved.outcome is ReserveOutcome.KEY_EXPIRED:
            purchase = purchase.renew()
            reserved = self._reserve_by_strategy(purchase)
        reserved = self._reserve_when_open(purchase, self._find_written(purchase, reserved))
        if reserved.outcome is ReserveOutcome.UNKNOWN_BUYER:
            return None
        if reserved.reservation is None:
            self._store_sold_out(purchase, reserved)
            self._refuse(purchase, reserved)
        if reserved.outcome is ReserveOutcome.DUPLICATE:
            return self._replay(purchase, reserved.reservation)
        if purchase.idempotency_key:
            self.metrics.count(IDEMPOTENT_REQUESTS, "executed")
        if reserved.woke_drain:
            self._enqueue_drain(self.stock.partition(purchase.tenant_id, purchase.item_id))
        return reserved.reservation

    def trust_buyer(self, purchase: Purchase) -> None:
        """Mark the buyer of a purchase as known for an hour."""
        self.stock.trust_buyer(purchase)

    def _reserve_when_open(self, purchase: Purchase, reserved: ReserveResult) -> ReserveResult:
        """Return the result, after a closed gate that of a later attempt."""
        if reserved.outcome is not ReserveOutcome.CLOSED:
            return reserved
        self._request_load(purchase)
        # A waiting request must not keep a connection, which the load may need.
        release_connection()
        later = self.bounded_wait.poll_gate(partial(self._reserve_if_open, purchase))
        return self._find_written(purchase, later) if later else reserved

    def _reserve_if_open(self, purchase: Purchase) -> ReserveResult | None:
        if self.stock.state(purchase.tenant_id, purchase.item_id).get("state") != GateState.OPEN:
            return None
        reserved = self._reserve_by_strategy(purchase)
        return None if reserved.outcome is ReserveOutcome.CLOSED else reserved

    def _store_sold_out(self, purchase: Purchase, reserved: ReserveResult) -> None:
        if reserved.outcome is ReserveOutcome.SOLD_OUT:
            self.sold_out.set((purchase.tenant_id, purchase.item_id), reserved.left)

    def _refuse_if_sold_out(self, purchase: Purchase) -> None:
        # A purchase with a key may have been accepted before; only its receipt shows that.
        left = None if purchase.idempotency_key else self.sold_out.get((purchase.tenant_id, purchase.item_id))
        if left is not None and left < purchase.quantity:
            self.rate_limiter.consume()
            self._refuse(
                purchase, ReserveResult(ReserveOutcome.SOLD_OUT, None, left, woke_drain=False, receipts_lost_at=0)
            )

    def _replay(self, purchase: Purchase, reservation: Reservation) -> Reservation:
        if reservation.quantity != purchase.quantity:
            raise ShopError(CoreExceptionCode.KEY_OTHER_REQUEST, part="body")
        if purchase.idempotency_key:
            self.count_replay()
        add_replay_headers_later()
        return reservation

    def _find_written(self, purchase: Purchase, reserved: ReserveResult) -> ReserveResult:
        """Return the result, as a duplicate when the order is written.

        Redis may have lost the receipt of a refused request. The database is read only while receipts may be missing.
        """
        may_be_lost = purchase.moment - reserved.receipts_lost_at < self.stock.receipt_life * 10**6
        may_be_lost = may_be_lost or reserved.outcome is ReserveOutcome.CLOSED
        is_answered = reserved.reservation or reserved.outcome is ReserveOutcome.UNKNOWN_BUYER
        if is_answered or not purchase.idempotency_key or not may_be_lost:
            return reserved
        written = self.orders.find_many(purchase.order_ids)
        for reservation in (
            _to_reservation(written[order_id]) for order_id in purchase.order_ids if order_id in written
        ):
            if purchase.belongs_to_key(reservation.order_id, reservation.moment):
                return reserved._replace(outcome=ReserveOutcome.DUPLICATE, reservation=reservation)
        return reserved

    def _enqueue_drain(self, partition: int) -> None:
        try:
            self.queue.enqueue(JobName.DRAIN_STOCK, partition=partition)
        except RedisError:
            # The reservation stays valid: the sweep job requests the drain later.
            _log.exception("The drain of partition %s was not enqueued", partition)

    def _refuse(self, purchase: Purchase, reserved: ReserveResult) -> NoReturn:
        item_id = purchase.item_id
        match reserved.outcome:
            case ReserveOutcome.KEY_REUSED if purchase.idempotency_key:
                require_same_request(purchase.idempotency_key, reserved.used_fingerprint)
            case ReserveOutcome.RECEIPT_DAMAGED:
                self.metrics.count(IDEMPOTENT_REQUESTS, "corrupt")
                _log.error("The receipt or the note of order %s was damaged", purchase.order_id)
                raise ShopError(CoreExceptionCode.RECORD_CORRUPT)
            case ReserveOutcome.SOLD_OUT:
                left = reserved.left
                raise ShopError(ItemExceptionCode.STOCK_INSUFFICIENT, item_id=item_id, current_stock=left)
            case ReserveOutcome.LIMIT:
                raise ShopError(OrderExceptionCode.PURCHASE_LIMIT, item_id=item_id, limit=reserved.left)
            case ReserveOutcome.BUSY:
                facts = {
                    "subject": f"item {item_id}",
                    "item": item_id,
                    "user": purchase.user_id,
                    "quantity": purchase.quantity,
                }
                _log.warning("Item %s was not sold: it is locked, or too many orders wait", item_id, extra=facts)
        raise ShopError(OrderExceptionCode.SYSTEM_BUSY, item_id=item_id, retry_after=retry_after())

    def _request_load(self, purchase: Purchase) -> None:
        item = self.items.find(purchase.item_id)
        if item is None or not item.sellable:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=purchase.item_id)
        if self.stock.claim_load_request(item.tenant_id, item.id):
            self.queue.enqueue_first(JobName.LOAD_STOCK, tenant_id=item.tenant_id, item_id=item.id)


def _to_reservation(order: "Order") -> Reservation:
    # Confirmed, even if it was cancelled since: a replay repeats the first response.
    return Reservation(
        state="C",
        order_id=order.id,
        tenant_id=order.tenant_id,
        item_id=order.item_id,
        user_id=order.user_id,
        quantity=order.quantity,
        unit_price_minor=order.unit_price_minor,
        currency=order.currency,
        moment=to_microseconds(order.created_at),
        epoch=order.epoch,
        seq=order.seq,
    )
