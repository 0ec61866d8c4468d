"""Rules of buying, as a buyer sees them."""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from shop.cache_managers.stock import Purchase, Reservation, Reserved, StockCacheManager
from shop.combinations.order import OrderCombination
from shop.constants.job import JobName
from shop.constants.order import RETRY_AFTER_SECONDS
from shop.constants.stock import Outcome
from shop.core.caller import Caller
from shop.core.clock import at_microseconds, microseconds_of
from shop.core.errors import ShopError
from shop.core.job import Queue
from shop.core.pagination import CursorPage, CursorSigner
from shop.core.patience import Patience
from shop.core.redis import RedisError
from shop.core.settings import Settings
from shop.exception_codes.item import ItemExceptionCode
from shop.exception_codes.order import OrderExceptionCode
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository

if TYPE_CHECKING:
    from shop.models.order import Order

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OrderService:
    """Reserves, promises and shows orders; they are written by StockService."""

    orders: OrderRepository
    items: ItemRepository
    stock: StockCacheManager
    combine: OrderCombination
    queue: Queue
    cursors: CursorSigner
    patience: Patience
    settings: Settings

    def place(self, purchase: Purchase) -> Reservation | None:
        """Reserve the pieces: no SQL, one round trip. Raises ShopError with the reason when there are none.

        The same purchase id again gets the same reservation again. None: the buyer has to be introduced first.
        """
        reserved = self.stock.reserve(purchase, self.settings.backlog_max)
        if reserved.outcome is Outcome.STRANGER:
            return None
        if reserved.reservation is None:
            self._refuse(purchase, reserved)
        if reserved.outcome is Outcome.DUPLICATE:
            return self._known(purchase, reserved.reservation)
        if reserved.wake:
            self._wake(self.stock.partition(purchase.tenant_id, purchase.item_id))
        return reserved.reservation

    def introduce(self, purchase: Purchase) -> None:
        """Vouch for the buyer of a purchase, for an hour."""
        self.stock.introduce(purchase)

    def settle(self, reservation: Reservation, seconds: float) -> dict[str, Any]:
        """The order's card, after waiting at most so long for it to be written."""
        look = partial(self._find_settled, reservation)
        settled = self.patience.wait(look, seconds) if reservation.state == "P" else None
        return self.combine.promise(settled or reservation)

    def get(self, caller: Caller, order_id: UUID) -> dict[str, Any]:
        """One order of the caller's: from the table, or from the receipt while it waits to be written."""
        order = self.orders.find(order_id)
        if order and (order.tenant_id, order.user_id) == (caller.tenant_id, caller.user_id):
            return self.combine.card(order)
        reservation = None if order else self.stock.search_reservation(order_id)
        if reservation and (reservation.tenant_id, reservation.user_id) == (caller.tenant_id, caller.user_id):
            return self.combine.promise(reservation)
        raise ShopError(OrderExceptionCode.NOT_FOUND, order_id=str(order_id))

    def page_own(self, caller: Caller, cursor: str | None, per_page: int) -> CursorPage[dict[str, Any]]:
        """The caller's written orders, newest first."""
        before = self._position(cursor) if cursor else None
        rows = self.orders.find_own(caller.tenant_id, caller.user_id, before, per_page + 1)
        more = len(rows) > per_page
        rows = rows[:per_page]
        following = self._cursor(rows[-1]) if more else None
        return CursorPage([self.combine.card(row) for row in rows], following, per_page)

    def _cursor(self, last: "Order") -> str:
        return self.cursors.sign({"at": microseconds_of(last.created_at), "id": str(last.id)})

    def _position(self, cursor: str) -> tuple[datetime, UUID]:
        position = self.cursors.read(cursor, "at", "id")
        return at_microseconds(position["at"]), UUID(position["id"])

    def _find_settled(self, promised: Reservation) -> Reservation | None:
        try:
            found = self.stock.find_reservation(promised.tenant_id, promised.item_id, promised.order_id)
        except RedisError:
            # It is reserved, whatever cannot be read now: a failure would make a buyer without a key buy twice.
            return None
        return found if found and found.state != "P" else None

    def _known(self, purchase: Purchase, reservation: Reservation) -> Reservation:
        if reservation.quantity != purchase.quantity:
            raise ShopError(OrderExceptionCode.KEY_REUSED, field="quantity")
        return reservation

    def _wake(self, partition: int) -> None:
        try:
            self.queue.enqueue(JobName.DRAIN_STOCK, partition=partition)
        except RedisError:
            # The order is reserved and stays so; the sweeper finds it without us.
            _log.exception("Partition %s was not woken", partition)

    def _refuse(self, purchase: Purchase, reserved: Reserved) -> NoReturn:
        item_id = purchase.item_id
        match reserved.outcome:
            case Outcome.SOLD_OUT:
                left = reserved.left
                raise ShopError(ItemExceptionCode.STOCK_INSUFFICIENT, item_id=item_id, current_stock=left)
            case Outcome.LIMIT:
                raise ShopError(OrderExceptionCode.PURCHASE_LIMIT, item_id=item_id, limit=reserved.left)
            case Outcome.CLOSED:
                self._ask_load(purchase)
        raise ShopError(OrderExceptionCode.SYSTEM_BUSY, item_id=item_id, retry_after=RETRY_AFTER_SECONDS)

    def _ask_load(self, purchase: Purchase) -> None:
        item = self.items.find(purchase.item_id)
        if item is None or item.tenant_id != purchase.tenant_id or not item.sellable:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=purchase.item_id)
        if self.stock.ask_load(item.tenant_id, item.id):
            self.queue.enqueue(JobName.LOAD_STOCK, tenant_id=item.tenant_id, item_id=item.id)
