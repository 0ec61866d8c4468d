"""Rules of the catalogue."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from shop.cache_managers.item import ItemCacheManager
from shop.cache_managers.stock import Claim, StockCacheManager
from shop.combinations.item import ItemCombination
from shop.constants.item import ItemStatus
from shop.constants.job import JobName
from shop.constants.order import Strategy
from shop.constants.stock import StockReason
from shop.core.clock import Clock
from shop.core.database.select import Question
from shop.core.database.transaction import after_commit
from shop.core.errors import ShopError
from shop.core.http.etag import Condition
from shop.core.i18n.languages import language
from shop.core.jobs.queue import Queue
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import Listed
from shop.core.query.query import Asked
from shop.core.settings.settings import Settings
from shop.core.validation.translations import settle, tell_in
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
    cache: ItemCacheManager
    stock: StockCacheManager
    combine: ItemCombination
    cursors: CursorSigner
    queue: Queue
    clock: Clock
    settings: Settings

    def page(self, asked: Asked, *, everything: bool) -> Listed[dict[str, Any]]:
        """What buyers may see, with the true stock; drafts and retired ones only when `everything` may be seen."""
        seen: dict[int, int] = {}
        ask = partial(self._ask, asked, seen, everything=everything)
        # Whoever sees drafts shares no page with those who do not.
        page = ask() if everything or self._direct else self.cache.remember_page(asked, ask)
        return page.with_rows([asked.tell(card) for card in self._tell(page.rows, seen)])

    def get(self, item_id: int, *, everything: bool) -> dict[str, Any]:
        """One item; drafts and retired ones only when `everything` may be seen. Raises ShopError NOT_FOUND."""
        seen: dict[int, int] = {}
        ask = partial(self._find, item_id, seen)
        # Where the database sells it is asked for the stock anyway, and what it says needs no Redis to be true.
        info = ask() if self._direct else self.cache.remember_info(item_id, ask)
        if info is None or not (everything or info["status"] == ItemStatus.ON_SALE):
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        return self._tell([info], seen)[0]

    def get_translations(self, item_id: int) -> dict[str, Any]:
        """What is written about an item, in all languages. Raises ShopError NOT_FOUND."""
        item = self.items.find(item_id)
        if item is None or item.deleted_at:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        return self.combine.texts(item)

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
        self._publish(item)
        return tell_in(language(), self.combine.card(self.combine.info(item), item.stock))

    def revise(self, item_id: int, words: dict[str, Any], condition: Condition) -> dict[str, Any]:
        """Change the words of an item; raises ShopError NOT_FOUND, STATE_CHANGED."""
        item = self._lock(item_id, condition)
        for name, value in settle(words, item).items():
            setattr(item, name, value)
        item.updated_at = self.clock.now()
        self._close(item)
        self._publish(item)
        return self._card(item)

    def delete(self, item_id: int, condition: Condition) -> None:
        """Take an item away for good buyers and bad; its orders stay. Raises ShopError NOT_FOUND, STATE_CHANGED."""
        item = self._lock(item_id, condition)
        item.deleted_at = item.updated_at = self.clock.now()
        self._close(item)
        self._publish(item)

    def restore(self, item_id: int) -> dict[str, Any]:
        """Undo a deletion; raises ShopError NOT_FOUND when there never was such an item."""
        item = self.items.lock(item_id)
        if item is None:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        if item.deleted_at:
            item.deleted_at, item.updated_at = None, self.clock.now()
            self._publish(item)
        return self._card(item)

    @property
    def _direct(self) -> bool:
        return self.settings.purchase_strategy == Strategy.DB

    def _ask(self, asked: Asked, seen: dict[int, int], *, everything: bool) -> Listed[dict[str, Any]]:
        """What the items of a page say; their stocks, which nobody is to remember, are noted as `seen`."""
        criteria = self.items.present() if everything else self.items.on_sale()
        question = Question(asked, self.items.source(), criteria, ("items", everything))
        page = self.items.page_asked(question, self.cursors)
        seen |= {item.id: item.stock for item in page.rows}
        return page.with_rows([self.combine.info(item) for item in page.rows])

    def _find(self, item_id: int, seen: dict[int, int]) -> dict[str, Any] | None:
        item = self.items.find(item_id)
        if item is None or item.deleted_at:
            return None
        seen[item.id] = item.stock
        return self.combine.info(item)

    def _lock(self, item_id: int, condition: Condition) -> "Item":
        item = self.items.lock(item_id)
        if item is None or item.deleted_at:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        condition.check(self.combine.info(item)["version"])
        return item

    def _card(self, item: "Item") -> dict[str, Any]:
        return self._tell([self.combine.info(item)], {item.id: item.stock})[0]

    def _tell(self, infos: Sequence[dict[str, Any]], seen: dict[int, int]) -> list[dict[str, Any]]:
        """What items say in the caller's language, with the stock of this moment: that of Redis, else of the orders."""
        stocks = seen | self.stock.find_available([(info["tenant_id"], info["id"]) for info in infos])
        if unknown := [info["id"] for info in infos if info["id"] not in stocks]:
            stocks |= self.items.find_stocks(unknown)
        spoken = language()
        return [tell_in(spoken, self.combine.card(info, stocks.get(info["id"], 0))) for info in infos]

    def _close(self, item: "Item") -> None:
        if self._direct:
            # The words bind what is sold from here on, and nobody needs Redis for that.
            item.epoch += 1
            return
        # Before the commit: taken early, given late. A load that began before fails on the token, one that begins
        # now waits for our row lock.
        self.stock.claim(item.tenant_id, item.id, Claim(uuid.uuid4().hex, self.clock.microseconds()))

    def _publish(self, item: "Item") -> None:
        # One that was on sale before is loaded, too: not to be bought, but for what was promised and waits.
        offered = item.sellable or item.epoch
        if self._direct or not offered:
            # Nobody reads it here, or only editors do, who can do without Redis; others may read it here, where the
            # strategy is being changed.
            after_commit(self.cache.forget_item, item.id)
        else:
            self.cache.supersede_item(item.id)
        if offered:
            after_commit(self.queue.enqueue, JobName.LOAD_STOCK, tenant_id=item.tenant_id, item_id=item.id)
