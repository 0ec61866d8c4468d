"""Rules of orders, as a buyer sees them."""

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from shop.cache_managers.stock import (
    Reservation,
    StockCacheManager,
)
from shop.combinations.item import ItemCombination
from shop.combinations.order import OrderCombination
from shop.constants.order import Strategy
from shop.core.caller import Caller
from shop.core.errors import ShopError
from shop.core.lists.asked import Asked
from shop.core.lists.pages import Listed
from shop.core.lists.question import Question
from shop.core.pagination import CursorSigner
from shop.core.patience import Patience
from shop.core.redis import RedisError
from shop.core.settings import Settings
from shop.exception_codes.order import OrderExceptionCode
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OrderService:
    """Shows orders, from the table or from the receipt; PurchaseService reserves them, StockService writes them."""

    orders: OrderRepository
    items: ItemRepository
    stock: StockCacheManager
    combine: OrderCombination
    combine_item: ItemCombination
    cursors: CursorSigner
    patience: Patience
    settings: Settings

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
        reservation = None if order else self._search(order_id)
        if reservation and (reservation.tenant_id, reservation.user_id) == (caller.tenant_id, caller.user_id):
            return self.combine.promise(reservation)
        raise ShopError(OrderExceptionCode.NOT_FOUND, order_id=str(order_id))

    def page_own(self, caller: Caller, asked: Asked) -> Listed[dict[str, Any]]:
        """The caller's written orders."""
        source = self.orders.source().to_one("item", "item_id", self.items.source())
        own, about = self.orders.own(caller.tenant_id, caller.user_id), ("orders", caller.tenant_id, caller.user_id)
        page = self.orders.page_asked(Question(asked, source, own, about), self.cursors)
        cards = [self.combine.card(order) for order in page.rows]
        if "item" not in asked.included:
            return page.with_rows([asked.tell(card) for card in cards])
        items = self.items.find_many({order.item_id for order in page.rows})
        briefs = {item_id: self.combine_item.brief(item) for item_id, item in items.items()}
        return page.with_rows([asked.tell(card, item=briefs.get(card["item_id"])) for card in cards])

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
