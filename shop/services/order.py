"""Rules of orders, as a buyer sees them."""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shop.cache_managers.stock import (
    Reservation,
    StockCacheManager,
)
from shop.combinations.order import OrderCombination
from shop.constants.order import Strategy
from shop.core.caller import Caller
from shop.core.clock import at_microseconds, microseconds_of
from shop.core.errors import ShopError
from shop.core.pagination import CursorPage, CursorSigner
from shop.core.patience import Patience
from shop.core.redis import RedisError
from shop.core.settings import Settings
from shop.exception_codes.order import OrderExceptionCode
from shop.repositories.order import OrderRepository
from shop.supports.order import OrderPolicy

if TYPE_CHECKING:
    from shop.models.order import Order

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OrderService:
    """Shows orders, from the table or from the receipt; PurchaseService reserves them, StockService writes them."""

    orders: OrderRepository
    stock: StockCacheManager
    combine: OrderCombination
    cursors: CursorSigner
    patience: Patience
    settings: Settings

    def settle(self, reservation: Reservation, seconds: float) -> dict[str, Any]:
        """The order's card, after waiting at most so long for it to be written."""
        look = partial(self._find_settled, reservation)
        settled = self.patience.wait(look, seconds) if reservation.state == "P" else None
        return self.combine.promise(settled or reservation)

    def get(self, caller: Caller, order_id: UUID) -> dict[str, Any]:
        """One order that the caller may see: from the table, or from the receipt while it waits to be written."""
        order = self.orders.find(order_id)
        if order and OrderPolicy.view.reaches(caller, order.user_id):
            return self.combine.card(order)
        reservation = None if order else self._search(order_id)
        if reservation and OrderPolicy.view.reaches(caller, reservation.user_id):
            return self.combine.promise(reservation)
        raise ShopError(OrderExceptionCode.NOT_FOUND, order_id=str(order_id))

    def page(self, user_id: int, cursor: str | None, per_page: int) -> CursorPage[dict[str, Any]]:
        """The written orders of a user, newest first."""
        before = self._position(cursor) if cursor else None
        rows = self.orders.find_own(user_id, before, per_page + 1)
        more = len(rows) > per_page
        rows = rows[:per_page]
        following = self._cursor(rows[-1]) if more else None
        return CursorPage([self.combine.card(row) for row in rows], following, per_page)

    def _cursor(self, last: "Order") -> str:
        return self.cursors.sign({"at": microseconds_of(last.created_at), "id": str(last.id)})

    def _position(self, cursor: str) -> tuple[datetime, UUID]:
        position = self.cursors.read(cursor, "at", "id")
        return at_microseconds(position["at"]), UUID(position["id"])

    def _search(self, order_id: UUID) -> Reservation | None:
        try:
            return self.stock.search_reservation(order_id)
        except RedisError:
            # What the database sold it has: without Redis an order that it does not know is unknown.
            if self.settings.purchase_strategy == Strategy.DB:
                return None
            raise

    def _find_settled(self, promised: Reservation) -> Reservation | None:
        try:
            found = self.stock.find_reservation(promised.tenant_id, promised.item_id, promised.order_id)
        except RedisError:
            # It is reserved, whatever cannot be read now: a failure would make a buyer without a key buy twice.
            return None
        return found if found and found.state != "P" else None
