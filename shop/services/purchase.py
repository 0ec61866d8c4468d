"""Rules of buying."""

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from shop.cache_managers.idempotency_record import IdempotencyRecordCacheManager
from shop.cache_managers.optimistic_lock import RecipeCacheManager
from shop.cache_managers.stock import (
    RECEIPT_LIFE_SECONDS,
    Purchase,
    Reservation,
    Reserved,
    StockCacheManager,
    read_answer,
)
from shop.constants.job import JobName
from shop.constants.order import SOLD_OUT_ITEMS, SOLD_OUT_SECONDS, Strategy
from shop.constants.stock import Outcome
from shop.core.clock import microseconds_of
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.idempotency.metrics import KEYED
from shop.core.idempotency.record import compare, mark_answer
from shop.core.jobs.queue import Queue
from shop.core.metrics.metrics import Metrics
from shop.core.rate_limiting.limiter import Limits
from shop.core.redis.stores import RedisError
from shop.core.resilience.backoff import retry_after
from shop.core.resilience.ttl_cache import Memory
from shop.core.settings.settings import Settings
from shop.exception_codes.item import ItemExceptionCode
from shop.exception_codes.order import OrderExceptionCode
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository

if TYPE_CHECKING:
    from shop.models.order import Order

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PurchaseService:
    """Reserves and promises, by the strategy of the settings."""

    orders: OrderRepository
    items: ItemRepository
    stock: StockCacheManager
    recipe: RecipeCacheManager
    keys: IdempotencyRecordCacheManager
    queue: Queue
    settings: Settings
    metrics: Metrics
    limits: Limits
    # (tenant, item) -> the pieces that were left when too few were.
    sold_out: Memory[tuple[int, int], int] = field(default_factory=lambda: Memory(SOLD_OUT_SECONDS, SOLD_OUT_ITEMS))

    def place(self, purchase: Purchase) -> Reservation | None:
        """Reserve the pieces: no SQL, and with the script one round trip. Raises ShopError with the reason for none.

        The same purchase id again gets the same reservation again. None: the buyer has to be introduced first.
        """
        self._recall_sold_out(purchase)
        reserved = self._reserve(purchase)
        if reserved.outcome is Outcome.STRANGER:
            return None
        if reserved.reservation is None:
            self._remember_sold_out(purchase, reserved)
            return self._recall(purchase, reserved) or self._refuse(purchase, reserved)
        if purchase.ticket:
            self.metrics.count(KEYED, "replayed" if reserved.outcome is Outcome.DUPLICATE else "executed")
        if reserved.outcome is Outcome.DUPLICATE:
            return self._known(purchase, reserved.reservation)
        if reserved.wake:
            self._wake(self.stock.partition(purchase.tenant_id, purchase.item_id))
        return reserved.reservation

    def check_key(self, purchase: Purchase) -> None:
        """Raise ShopError when the key of a purchase was used for something else; without Redis nobody knows."""
        with suppress(RedisError):
            if purchase.ticket and (asked := self.keys.asked(purchase.ticket)) is not None:
                compare(purchase.ticket, asked)

    def keep_key(self, purchase: Purchase) -> None:
        """Remember what a key was used for."""
        with suppress(RedisError):
            if purchase.ticket:
                self.keys.note(purchase.ticket)

    def introduce(self, purchase: Purchase) -> None:
        """Vouch for the buyer of a purchase, for an hour."""
        self.stock.introduce(purchase)

    def _reserve(self, purchase: Purchase) -> Reserved:
        backlog_max, ticket = self.settings.backlog_max, purchase.ticket
        if self.settings.purchase_strategy == Strategy.SCRIPT and self.stock.stands_with_cache(purchase):
            asked = self.keys.name(ticket) if ticket else None
            return self.limits.join(partial(self.stock.reserve, purchase, backlog_max, asked))
        # Two servers, or a recipe of single commands: one round trip more for the limit, and two for a key.
        self.limits.spend()
        self.check_key(purchase)
        reserved = self._attempt(purchase, backlog_max)
        if reserved.outcome is Outcome.RESERVED:
            self.keep_key(purchase)
        return reserved

    def _attempt(self, purchase: Purchase, backlog_max: int) -> Reserved:
        match self.settings.purchase_strategy:
            case Strategy.LOCK:
                return read_answer(self.recipe.lock(*self.stock.question(purchase, backlog_max)))
            case Strategy.WATCH:
                return read_answer(self.recipe.watch(*self.stock.question(purchase, backlog_max)))
        return self.stock.reserve(purchase, backlog_max)

    def _remember_sold_out(self, purchase: Purchase, reserved: Reserved) -> None:
        if reserved.outcome is Outcome.SOLD_OUT:
            self.sold_out.keep((purchase.tenant_id, purchase.item_id), reserved.left)

    def _recall_sold_out(self, purchase: Purchase) -> None:
        # A keyed purchase may have been accepted before: whether it was, only its receipt knows.
        left = None if purchase.ticket else self.sold_out.recall((purchase.tenant_id, purchase.item_id))
        if left is not None and left < purchase.quantity:
            self.limits.spend()
            self._refuse(purchase, Reserved(Outcome.SOLD_OUT, None, left, wake=False, forgot=0))

    def _known(self, purchase: Purchase, reservation: Reservation) -> Reservation:
        if reservation.quantity != purchase.quantity:
            raise ShopError(CoreExceptionCode.KEY_OTHER_REQUEST, part="body")
        mark_answer()
        return reservation

    def _recall(self, purchase: Purchase, reserved: Reserved) -> Reservation | None:
        """What was bought by this request before Redis lost its receipt; nobody looks while Redis lost nothing."""
        lately = purchase.moment - reserved.forgot < RECEIPT_LIFE_SECONDS * 10**6
        if not purchase.ticket or not (lately or reserved.outcome is Outcome.CLOSED):
            return None
        order = self.orders.find(purchase.order_id)
        return self._known(purchase, _from_row(order)) if order else None

    def _wake(self, partition: int) -> None:
        try:
            self.queue.enqueue(JobName.DRAIN_STOCK, partition=partition)
        except RedisError:
            # The order is reserved and stays so; the sweeper finds it without us.
            _log.exception("Partition %s was not woken", partition)

    def _refuse(self, purchase: Purchase, reserved: Reserved) -> NoReturn:
        item_id = purchase.item_id
        match reserved.outcome:
            case Outcome.REUSED if purchase.ticket:
                compare(purchase.ticket, reserved.asked)
            case Outcome.SOLD_OUT:
                left = reserved.left
                raise ShopError(ItemExceptionCode.STOCK_INSUFFICIENT, item_id=item_id, current_stock=left)
            case Outcome.LIMIT:
                raise ShopError(OrderExceptionCode.PURCHASE_LIMIT, item_id=item_id, limit=reserved.left)
            case Outcome.CLOSED:
                self._ask_load(purchase)
            case Outcome.BUSY:
                about = {"subject": f"item {item_id}", "user": purchase.user_id, "quantity": purchase.quantity}
                _log.warning(
                    "Item %s was not sold: somebody holds its lock, or too many orders wait", item_id, extra=about
                )
        raise ShopError(OrderExceptionCode.SYSTEM_BUSY, item_id=item_id, retry_after=retry_after())

    def _ask_load(self, purchase: Purchase) -> None:
        item = self.items.find(purchase.item_id)
        if item is None or not item.sellable:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=purchase.item_id)
        if self.stock.ask_load(item.tenant_id, item.id):
            self.queue.enqueue(JobName.LOAD_STOCK, tenant_id=item.tenant_id, item_id=item.id)


def _from_row(order: "Order") -> Reservation:
    # Confirmed, whatever became of it since: the first answer said so, and this one is the same.
    return Reservation(
        "C", order.id, order.tenant_id, order.item_id, order.user_id, order.quantity, order.unit_price_minor,
        order.currency, microseconds_of(order.created_at), order.epoch, order.seq,
    )  # fmt: skip
