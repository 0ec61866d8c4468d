"""Rules of purchases that Redis reserves."""

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from shop.cache_managers.idempotency_record import IdempotencyRecordCacheManager
from shop.cache_managers.optimistic_lock import OptimisticLockCacheManager
from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.constants.order import SOLD_OUT_ITEMS, SOLD_OUT_SECONDS, Strategy
from shop.constants.stock import RECEIPT_LIFE_SECONDS, ReserveOutcome
from shop.core.clock import to_microseconds
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.idempotency.metrics import IDEMPOTENT_REQUESTS
from shop.core.idempotency.record import add_replay_headers_later, require_same_request
from shop.core.jobs.queue import JobQueue
from shop.core.metrics.metrics import Metrics
from shop.core.rate_limiting.limiter import RateLimiter
from shop.core.redis.stores import RedisError
from shop.core.resilience.backoff import retry_after
from shop.core.resilience.ttl_cache import TTLCache
from shop.core.settings.settings import Settings
from shop.exception_codes.item import ItemExceptionCode
from shop.exception_codes.order import OrderExceptionCode
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.supports.reservation import Purchase, Reservation, ReserveResult, parse_reserve_answer

if TYPE_CHECKING:
    from shop.models.order import Order

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PurchaseService:
    """Reserves stock in Redis for purchases."""

    orders: OrderRepository
    items: ItemRepository
    stock: StockCacheManager
    optimistic_lock: OptimisticLockCacheManager
    keys: IdempotencyRecordCacheManager
    queue: JobQueue
    settings: Settings
    metrics: Metrics
    limits: RateLimiter
    # (tenant, item) -> the stock that was left when a purchase was refused for too little.
    sold_out: TTLCache[tuple[int, int], int] = field(default_factory=lambda: TTLCache(SOLD_OUT_SECONDS, SOLD_OUT_ITEMS))

    def place(self, purchase: Purchase) -> Reservation | None:
        """Reserve stock for a purchase, without SQL.

        The script needs one round trip. A repeated purchase id gets the same reservation. Returns None when the buyer
        has to be trusted first. Raises ShopError with the reason of a refusal.
        """
        self._refuse_if_sold_out(purchase)
        reserved = self._reserve(purchase)
        if reserved.outcome is ReserveOutcome.UNKNOWN_BUYER:
            return None
        if reserved.reservation is None:
            self._store_sold_out(purchase, reserved)
            return self._find_written_order(purchase, reserved) or self._refuse(purchase, reserved)
        if purchase.ticket:
            self.metrics.count(
                IDEMPOTENT_REQUESTS, "replayed" if reserved.outcome is ReserveOutcome.DUPLICATE else "executed"
            )
        if reserved.outcome is ReserveOutcome.DUPLICATE:
            return self._replay(purchase, reserved.reservation)
        if reserved.woke_drain:
            self._enqueue_drain(self.stock.partition(purchase.tenant_id, purchase.item_id))
        return reserved.reservation

    def check_key(self, purchase: Purchase) -> None:
        """Raise ShopError when the key belongs to another request.

        Without Redis the key is not checked.
        """
        with suppress(RedisError):
            if purchase.ticket and (fingerprint := self.keys.find_fingerprint(purchase.ticket)) is not None:
                require_same_request(purchase.ticket, fingerprint)

    def store_key(self, purchase: Purchase) -> None:
        """Store the fingerprint of the request that used the key."""
        with suppress(RedisError):
            if purchase.ticket:
                self.keys.store_fingerprint(purchase.ticket)

    def trust_buyer(self, purchase: Purchase) -> None:
        """Mark the buyer of a purchase as known for an hour."""
        self.stock.trust_buyer(purchase)

    def _reserve(self, purchase: Purchase) -> ReserveResult:
        backlog_max, ticket = self.settings.backlog_max, purchase.ticket
        if self.settings.purchase_strategy == Strategy.SCRIPT and self.stock.shares_cache_server(purchase):
            key = self.keys.key_name(ticket) if ticket else None
            return self.limits.run_with_deferred(partial(self.stock.reserve, purchase, backlog_max, key))
        # Two servers, or an optimistic lock: one more round trip for the limit, and two for a key.
        self.limits.consume()
        self.check_key(purchase)
        reserved = self._reserve_by_strategy(purchase, backlog_max)
        if reserved.outcome is ReserveOutcome.RESERVED:
            self.store_key(purchase)
        return reserved

    def _reserve_by_strategy(self, purchase: Purchase, backlog_max: int) -> ReserveResult:
        match self.settings.purchase_strategy:
            case Strategy.LOCK:
                return parse_reserve_answer(self.optimistic_lock.lock(*self.stock.script_call(purchase, backlog_max)))
            case Strategy.WATCH:
                return parse_reserve_answer(self.optimistic_lock.watch(*self.stock.script_call(purchase, backlog_max)))
        return self.stock.reserve(purchase, backlog_max)

    def _store_sold_out(self, purchase: Purchase, reserved: ReserveResult) -> None:
        if reserved.outcome is ReserveOutcome.SOLD_OUT:
            self.sold_out.set((purchase.tenant_id, purchase.item_id), reserved.left)

    def _refuse_if_sold_out(self, purchase: Purchase) -> None:
        # A purchase with a key may have been accepted before; only its receipt shows that.
        left = None if purchase.ticket else self.sold_out.get((purchase.tenant_id, purchase.item_id))
        if left is not None and left < purchase.quantity:
            self.limits.consume()
            self._refuse(
                purchase, ReserveResult(ReserveOutcome.SOLD_OUT, None, left, woke_drain=False, receipts_lost_at=0)
            )

    def _replay(self, purchase: Purchase, reservation: Reservation) -> Reservation:
        if reservation.quantity != purchase.quantity:
            raise ShopError(CoreExceptionCode.KEY_OTHER_REQUEST, part="body")
        add_replay_headers_later()
        return reservation

    def _find_written_order(self, purchase: Purchase, reserved: ReserveResult) -> Reservation | None:
        """Return the order of a request whose receipt Redis lost, or None.

        The database is read only while receipts may be missing.
        """
        may_be_lost = purchase.moment - reserved.receipts_lost_at < RECEIPT_LIFE_SECONDS * 10**6
        if not purchase.ticket or not (may_be_lost or reserved.outcome is ReserveOutcome.CLOSED):
            return None
        order = self.orders.find(purchase.order_id)
        return self._replay(purchase, _to_reservation(order)) if order else None

    def _enqueue_drain(self, partition: int) -> None:
        try:
            self.queue.enqueue(JobName.DRAIN_STOCK, partition=partition)
        except RedisError:
            # The reservation stays valid: the sweep job requests the drain later.
            _log.exception("The drain of partition %s was not enqueued", partition)

    def _refuse(self, purchase: Purchase, reserved: ReserveResult) -> NoReturn:
        item_id = purchase.item_id
        match reserved.outcome:
            case ReserveOutcome.KEY_REUSED if purchase.ticket:
                require_same_request(purchase.ticket, reserved.used_fingerprint)
            case ReserveOutcome.SOLD_OUT:
                left = reserved.left
                raise ShopError(ItemExceptionCode.STOCK_INSUFFICIENT, item_id=item_id, current_stock=left)
            case ReserveOutcome.LIMIT:
                raise ShopError(OrderExceptionCode.PURCHASE_LIMIT, item_id=item_id, limit=reserved.left)
            case ReserveOutcome.CLOSED:
                self._request_load(purchase)
            case ReserveOutcome.BUSY:
                facts = {"subject": f"item {item_id}", "user": purchase.user_id, "quantity": purchase.quantity}
                _log.warning("Item %s was not sold: it is locked, or too many orders wait", item_id, extra=facts)
        raise ShopError(OrderExceptionCode.SYSTEM_BUSY, item_id=item_id, retry_after=retry_after())

    def _request_load(self, purchase: Purchase) -> None:
        item = self.items.find(purchase.item_id)
        if item is None or not item.sellable:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=purchase.item_id)
        if self.stock.claim_load_request(item.tenant_id, item.id):
            self.queue.enqueue(JobName.LOAD_STOCK, tenant_id=item.tenant_id, item_id=item.id)


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
