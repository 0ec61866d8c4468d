"""Rules of orders as seen by buyers."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from shop.cache_managers.stock import StockCacheManager
from shop.combinations.item import ItemCombination
from shop.combinations.order import OrderCombination
from shop.constants.user import ORDERS_SHOWN_MAX
from shop.core.caller import Caller
from shop.core.database.select import ListStatement
from shop.core.errors import ShopError
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.core.redis.stores import RedisError
from shop.core.resilience.bounded_wait import BoundedWait
from shop.exception_codes.order import OrderExceptionCode
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.supports.order import OrderPolicy
from shop.supports.reservation import Reservation
from shop.supports.sale_strategy import SaleStrategy

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OrderService:
    """Reads orders from the table, or from the receipt of a reservation."""

    orders: OrderRepository
    items: ItemRepository
    stock: StockCacheManager
    combination: OrderCombination
    item_combination: ItemCombination
    cursors: CursorSigner
    bounded_wait: BoundedWait
    strategy: SaleStrategy

    def wait_until_written(self, reservation: Reservation, seconds: float) -> dict[str, Any]:
        """Wait up to `seconds` for the written order; return its card."""
        probe = partial(self._find_written, reservation)
        written = self.bounded_wait.poll(probe, seconds) if reservation.state == "P" else None
        return self.combination.pending_card(written or reservation)

    def get(self, caller: Caller, order_id: UUID) -> dict[str, Any]:
        """Return an order that the caller may see.

        It comes from the table, or from its receipt before it is written. Raises ShopError NOT_FOUND.
        """
        # An order of another user is not found by the query, so it costs the same as an unknown one.
        order = self.orders.find_visible(order_id, OrderPolicy.view.required_owner(caller))
        if order and OrderPolicy.view.allows_row(caller, order.user_id):
            return self.combination.card(order)
        reservation = self._search_reservation(order_id)
        if reservation and OrderPolicy.view.allows_row(caller, reservation.user_id):
            return self.combination.pending_card(reservation)
        raise ShopError(OrderExceptionCode.NOT_FOUND, order_id=str(order_id))

    def page(self, user_id: int, query: ListQuery) -> AnyPage[dict[str, Any]]:
        """List the written orders of a user."""
        source = self.orders.source().to_one("item", "item_id", self.items.source())
        statement = ListStatement(query, source, self.orders.of_user(user_id), ("orders", user_id))
        page = self.orders.select_page(statement, self.cursors)
        cards = [self.combination.card(order) for order in page.rows]
        return page.with_rows(query.select_with_related("item", "item_id", self._find_items, cards))

    def find_newest(self, user_ids: Collection[int], *, with_items: bool) -> dict[int, list[dict[str, Any]]]:
        """Return user id -> newest orders, for all given users."""
        newest = self.orders.find_newest(user_ids, ORDERS_SHOWN_MAX)
        items = self._find_items({order.item_id for order in newest}) if with_items else {}
        cards: dict[int, list[dict[str, Any]]] = {user_id: [] for user_id in user_ids}
        for order in newest:
            related = {"item": items.get(order.item_id)} if with_items else {}
            cards[order.user_id].append({**self.combination.card(order), **related})
        return cards

    def count_by_user(self, user_ids: Collection[int]) -> dict[int, int]:
        """Return user id -> number of orders, for all given users."""
        return dict.fromkeys(user_ids, 0) | self.orders.count_by_user(user_ids)

    def _find_items(self, item_ids: Collection[int]) -> dict[int, dict[str, Any]]:
        return self.item_combination.briefs(self.items.find_many(item_ids))

    def _search_reservation(self, order_id: UUID) -> Reservation | None:
        try:
            return self.stock.search_reservation(order_id)
        except RedisError:
            # A direct sale is always in the table, so an order that is not there does not exist.
            if self.strategy.database_sells:
                return None
            raise

    def _find_written(self, reservation: Reservation) -> Reservation | None:
        try:
            current = self.stock.find_reservation(reservation.tenant_id, reservation.item_id, reservation.order_id)
        except (RedisError, ShopError):
            # The reservation is valid even if Redis or its receipt cannot be read now. A failure would make a client
            # without a key buy twice.
            return None
        return current if current and current.state != "P" else None
