"""The stock ledger as a list."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from shop.combinations.stock_ledger import StockLedgerCombination
from shop.combinations.user import UserCombination
from shop.core.database.select import Question
from shop.core.errors import ShopError
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import Listed
from shop.core.query.query import Asked
from shop.exception_codes.item import ItemExceptionCode
from shop.repositories.item import ItemRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.repositories.user import UserRepository


@dataclass(frozen=True)
class StockLedgerListService:
    """Shows what changed the stock of an item, and who did."""

    items: ItemRepository
    ledger: StockLedgerRepository
    users: UserRepository
    combine: StockLedgerCombination
    combine_user: UserCombination
    cursors: CursorSigner

    def page(self, item_id: int, asked: Asked) -> Listed[dict[str, Any]]:
        """The lines of an item; raises ShopError NOT_FOUND."""
        item = self.items.find(item_id)
        if item is None or item.deleted_at:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        source = self.ledger.source().to_one("user", "actor", self.users.source())
        question = Question(asked, source, self.ledger.of_item(item_id), ("stock ledger", item_id))
        page = self.ledger.page_asked(question, self.cursors)
        cards = [self.combine.card(line) for line in page.rows]
        return page.with_rows(asked.tell_with("user", "actor", self._find_users, cards))

    def _find_users(self, user_ids: Collection[int]) -> dict[int, dict[str, Any]]:
        return {user_id: self.combine_user.brief(user) for user_id, user in self.users.find_many(user_ids).items()}
