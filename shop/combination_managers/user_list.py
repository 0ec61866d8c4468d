"""Users with their orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.services.order import OrderService
from shop.services.user_list import UserListService


@dataclass(frozen=True)
class UserListCombinationManager:
    """Combines users with their newest orders and order counts."""

    users: UserListService
    orders: OrderService

    def page(self, query: ListQuery) -> AnyPage[dict[str, Any]]:
        """List users, with orders and counts where the query includes them."""
        page = self.users.page(query)
        user_ids = [user["id"] for user in page.rows]
        related: dict[str, Mapping[int, Any]] = {}
        if "orders" in query.included:
            related["orders"] = self.orders.find_newest(user_ids, with_items="orders.item" in query.included)
        if "orders" in query.counted:
            related["orders_count"] = self.orders.count_by_user(user_ids)
        rows = [
            query.select_fields(user, **{name: values[user["id"]] for name, values in related.items()})
            for user in page.rows
        ]
        return page.with_rows(rows)
