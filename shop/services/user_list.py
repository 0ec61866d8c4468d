"""List of users."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from shop.combinations.item import ItemCombination
from shop.combinations.order import OrderCombination
from shop.combinations.user import UserCombination
from shop.constants.user import ORDERS_SHOWN_MAX
from shop.core.database.criteria import Criteria
from shop.core.database.select import ListStatement
from shop.core.i18n.languages import current_language
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.core.validation.translations import localize
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.repositories.user import UserRepository

CardsByUser = defaultdict[int, list[dict[str, Any]]]


@dataclass(frozen=True)
class UserListService:
    """Lists users and their orders."""

    users: UserRepository
    orders: OrderRepository
    items: ItemRepository
    combination: UserCombination
    order_combination: OrderCombination
    item_combination: ItemCombination
    cursors: CursorSigner

    def page(self, query: ListQuery) -> AnyPage[dict[str, Any]]:
        """List users, with their orders and order counts on request."""
        bought = self.orders.source().to_one("item", "item_id", self.items.source())
        source = self.users.source().to_many("orders", bought, by="user_id")
        statement = ListStatement(query, source, Criteria(), ("users",))
        page = self.users.select_page(statement, self.cursors)
        user_ids = [user.id for user in page.rows]
        orders = self._find_orders(user_ids, query.included) if "orders" in query.included else None
        counts = self.orders.count_by_user(user_ids) if "orders" in query.counted else None
        rows = []
        for card in map(self.combination.card, page.rows):
            related: dict[str, Any] = {} if orders is None else {"orders": orders[card["id"]]}
            related |= {} if counts is None else {"orders_count": counts.get(card["id"], 0)}
            rows.append(query.select_fields(card, **related))
        return page.with_rows(rows)

    def _find_orders(self, user_ids: Collection[int], included: Collection[str]) -> CardsByUser:
        """Return user id -> newest orders, with their items on request."""
        newest, cards = self.orders.find_newest(user_ids, ORDERS_SHOWN_MAX), CardsByUser(list)
        briefs = self._find_items({order.item_id for order in newest}) if "orders.item" in included else None
        for order in newest:
            item = {} if briefs is None else {"item": briefs.get(order.item_id)}
            cards[order.user_id].append({**self.order_combination.card(order), **item})
        return cards

    def _find_items(self, item_ids: Collection[int]) -> dict[int, dict[str, Any]]:
        items = self.items.find_many(item_ids)
        return {
            item_id: localize(current_language(), self.item_combination.brief(item)) for item_id, item in items.items()
        }
