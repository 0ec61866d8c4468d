"""Rules of the catalogue."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shop.cache_managers.stock import Claim, StockCacheManager
from shop.combinations.item import ItemCombination
from shop.constants.job import JobName
from shop.constants.order import Strategy
from shop.constants.stock import StockReason
from shop.core.clock import Clock
from shop.core.errors import ShopError
from shop.core.job import Queue
from shop.core.languages import language
from shop.core.lists.asked import Asked
from shop.core.lists.pages import Listed
from shop.core.lists.question import Question
from shop.core.pagination import CursorSigner
from shop.core.settings import Settings
from shop.core.transaction import after_commit
from shop.core.translated import settle, tell_in
from shop.exception_codes.item import ItemExceptionCode
from shop.repositories.item import ItemRepository
from shop.repositories.stock_ledger import StockLedgerRepository

if TYPE_CHECKING:
    from shop.models.item import Item


@dataclass(frozen=True)
class ItemService:
    """Lists, shows and edits items. An edit closes the gate of a sale; the load after it opens with the new words."""

    items: ItemRepository
    ledger: StockLedgerRepository
    stock: StockCacheManager
    combine: ItemCombination
    cursors: CursorSigner
    queue: Queue
    clock: Clock
    settings: Settings

    def page(self, asked: Asked, *, everything: bool) -> Listed[dict[str, Any]]:
        """What buyers may see, with the true stock; drafts and retired ones only when `everything` may be seen."""
        criteria = self.items.present() if everything else self.items.on_sale()
        question = Question(asked, self.items.source(), criteria, ("items", everything))
        page = self.items.page_asked(question, self.cursors)
        available = self.stock.find_available([(item.tenant_id, item.id) for item in page.rows])
        cards = (self.combine.card(item, available.get(item.id)) for item in page.rows)
        return page.with_rows([asked.tell(tell_in(language(), card)) for card in cards])

    def get(self, item_id: int, *, everything: bool) -> dict[str, Any]:
        """One item; drafts and retired ones only when `everything` may be seen. Raises ShopError NOT_FOUND."""
        item = self._check(self.items.find(item_id), item_id)
        if not (item.sellable or everything):
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        return self._card(item)

    def get_translations(self, item_id: int) -> dict[str, Any]:
        """What is written about an item, in all languages. Raises ShopError NOT_FOUND."""
        return self.combine.texts(self._check(self.items.find(item_id), item_id))

    def is_empty(self) -> bool:
        """Whether there never was an item."""
        return not self.items.exists()

    def create(self, actor: int | None, words: dict[str, Any]) -> dict[str, Any]:
        """A new item and the first line of its ledger."""
        now = self.clock.now()
        item = self.items.create(created_at=now, updated_at=now, **settle(words))
        self.ledger.create(
            item_id=item.id,
            delta=item.stock,
            reason=StockReason.INITIAL,
            ref=f"item:{item.id}",
            actor=actor,
            created_at=now,
        )
        self._load_after_commit(item)
        return tell_in(language(), self.combine.card(item, None))

    def revise(self, item_id: int, words: dict[str, Any]) -> dict[str, Any]:
        """Change the words of an item; raises ShopError NOT_FOUND."""
        item = self._check(self.items.lock(item_id), item_id)
        for name, value in settle(words, item).items():
            setattr(item, name, value)
        item.updated_at = self.clock.now()
        self._close(item)
        self._load_after_commit(item)
        return self._card(item)

    def delete(self, item_id: int) -> None:
        """Take an item away for good buyers and bad; its orders stay. Raises ShopError NOT_FOUND."""
        item = self._check(self.items.lock(item_id), item_id)
        item.deleted_at = item.updated_at = self.clock.now()
        self._close(item)
        self._load_after_commit(item)

    def restore(self, item_id: int) -> dict[str, Any]:
        """Undo a deletion; raises ShopError NOT_FOUND when there never was such an item."""
        item = self.items.lock(item_id)
        if item is None:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        if item.deleted_at:
            item.deleted_at, item.updated_at = None, self.clock.now()
            self._load_after_commit(item)
        return self._card(item)

    def _check(self, item: "Item | None", item_id: int) -> "Item":
        if item is None or item.deleted_at:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        return item

    def _card(self, item: "Item") -> dict[str, Any]:
        available = self.stock.find_available([(item.tenant_id, item.id)])
        return tell_in(language(), self.combine.card(item, available.get(item.id)))

    def _close(self, item: "Item") -> None:
        if self.settings.purchase_strategy == Strategy.DB:
            # The words bind what is sold from here on, and nobody needs Redis for that.
            item.epoch += 1
            return
        # Before the commit: taken early, given late. A load that began before fails on the token, one that begins
        # now waits for our row lock.
        self.stock.claim(item.tenant_id, item.id, Claim(uuid.uuid4().hex, self.clock.microseconds()))

    def _load_after_commit(self, item: "Item") -> None:
        # One that was on sale before is loaded, too: not to be bought, but for what was promised and waits.
        if item.sellable or item.epoch:
            after_commit(self.queue.enqueue, JobName.LOAD_STOCK, tenant_id=item.tenant_id, item_id=item.id)
