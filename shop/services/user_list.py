"""List of users."""

from dataclasses import dataclass
from typing import Any

from shop.combinations.user import UserCombination
from shop.core.database.criteria import Criteria
from shop.core.database.select import ListStatement
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.repositories.user import UserRepository


@dataclass(frozen=True)
class UserListService:
    """Lists users, also by their orders."""

    users: UserRepository
    orders: OrderRepository
    items: ItemRepository
    combination: UserCombination
    cursors: CursorSigner

    def page(self, query: ListQuery) -> AnyPage[dict[str, Any]]:
        """List the cards of users."""
        order_columns = self.orders.source().to_one("item", "item_id", self.items.source())
        columns = self.users.source().to_many("orders", order_columns, by="user_id")
        page = self.users.select_page(ListStatement(query, columns, Criteria(), ("users",)), self.cursors)
        return page.with_rows([self.combination.card(user) for user in page.rows])
