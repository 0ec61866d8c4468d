"""List of stock ledger lines."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from shop.combinations.stock_ledger import StockLedgerCombination
from shop.combinations.user import UserCombination
from shop.core.database.select import ListStatement
from shop.core.errors import ShopError
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.exception_codes.item import ItemExceptionCode
from shop.repositories.item import ItemRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.repositories.user import UserRepository


@dataclass(frozen=True)
class StockLedgerListService:
    """Lists stock changes of an item and the users behind them."""

    items: ItemRepository
    ledger: StockLedgerRepository
    users: UserRepository
    combination: StockLedgerCombination
    user_combination: UserCombination
    cursors: CursorSigner

    def page(self, item_id: int, query: ListQuery) -> AnyPage[dict[str, Any]]:
        """List the lines of an item; raises ShopError NOT_FOUND."""
        item = self.items.find(item_id)
        if item is None or item.deleted_at:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        source = self.ledger.source().to_one("user", "actor", self.users.source())
        statement = ListStatement(query, source, self.ledger.of_item(item_id), ("stock ledger", item_id))
        page = self.ledger.select_page(statement, self.cursors)
        cards = [self.combination.card(line) for line in page.rows]
        return page.with_rows(query.select_with_related("user", "actor", self._find_users, cards))

    def _find_users(self, user_ids: Collection[int]) -> dict[int, dict[str, Any]]:
        return {user_id: self.user_combination.brief(user) for user_id, user in self.users.find_many(user_ids).items()}
