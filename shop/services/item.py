"""Rules of the catalogue."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from shop.cache_managers.item import ItemCacheManager
from shop.cache_managers.stock import StockCacheManager
from shop.combinations.item import ItemCombination
from shop.constants.item import ItemStatus
from shop.constants.job import JobName
from shop.constants.order import Strategy
from shop.constants.stock import StockReason
from shop.core.clock import Clock
from shop.core.database.select import ListStatement
from shop.core.database.transaction import after_commit
from shop.core.errors import ShopError
from shop.core.http.etag import Precondition
from shop.core.i18n.languages import current_language
from shop.core.jobs.queue import JobQueue
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.core.settings.settings import Settings
from shop.core.validation.translations import localize, merge_translations
from shop.exception_codes.item import ItemExceptionCode
from shop.repositories.item import ItemRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.supports.sale_gate import Claim

if TYPE_CHECKING:
    from shop.models.item import Item


@dataclass(frozen=True)
class ItemService:
    """Lists, shows and edits items. An edit closes the gate of a sale; the load after it opens with the new words."""

    items: ItemRepository
    ledger: StockLedgerRepository
    cache: ItemCacheManager
    stock: StockCacheManager
    combination: ItemCombination
    cursors: CursorSigner
    queue: JobQueue
    clock: Clock
    settings: Settings

    def page(self, query: ListQuery, *, include_hidden: bool) -> AnyPage[dict[str, Any]]:
        """What buyers may see, with the true stock; drafts and retired ones only when `everything` may be seen."""
        seen: dict[int, int] = {}
        ask = partial(self._find_page, query, seen, include_hidden=include_hidden)
        # Whoever sees drafts shares no page with those who do not.
        page = ask() if include_hidden or self._database_sells else self.cache.get_or_build_page(query, ask)
        return page.with_rows([query.select_fields(card) for card in self._to_cards(page.rows, seen)])

    def get(self, item_id: int, *, include_hidden: bool) -> dict[str, Any]:
        """One item; drafts and retired ones only when `everything` may be seen. Raises ShopError NOT_FOUND."""
        seen: dict[int, int] = {}
        ask = partial(self._find_info, item_id, seen)
        # Where the database sells it is asked for the stock anyway, and what it says needs no Redis to be true.
        info = ask() if self._database_sells else self.cache.get_or_build_info(item_id, ask)
        if info is None or not (include_hidden or info["status"] == ItemStatus.ON_SALE):
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        return self._to_cards([info], seen)[0]

    def get_translations(self, item_id: int) -> dict[str, Any]:
        """What is written about an item, in all languages. Raises ShopError NOT_FOUND."""
        item = self.items.find(item_id)
        if item is None or item.deleted_at:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        return self.combination.translations(item)

    def is_empty(self) -> bool:
        """Whether there never was an item."""
        return not self.items.exists()

    def create(self, actor: int | None, values: dict[str, Any]) -> dict[str, Any]:
        """A new item and the first line of its ledger."""
        now = self.clock.now()
        item = self.items.create(created_at=now, updated_at=now, **merge_translations(values))
        self.ledger.create(
            item_id=item.id,
            delta=item.stock,
            reason=StockReason.INITIAL,
            ref=f"item:{item.id}",
            actor=actor,
            created_at=now,
        )
        self._publish(item)
        return localize(current_language(), self.combination.card(self.combination.info(item), item.stock))

    def revise(self, item_id: int, values: dict[str, Any], condition: Precondition) -> dict[str, Any]:
        """Change the words of an item; raises ShopError NOT_FOUND, STATE_CHANGED."""
        item = self._lock(item_id, condition)
        for name, value in merge_translations(values, item).items():
            setattr(item, name, value)
        item.updated_at = self.clock.now()
        self._close_gate(item)
        self._publish(item)
        return self._to_card(item)

    def delete(self, item_id: int, condition: Precondition) -> None:
        """Take an item away for good buyers and bad; its orders stay. Raises ShopError NOT_FOUND, STATE_CHANGED."""
        item = self._lock(item_id, condition)
        item.deleted_at = item.updated_at = self.clock.now()
        self._close_gate(item)
        self._publish(item)

    def restore(self, item_id: int) -> dict[str, Any]:
        """Undo a deletion; raises ShopError NOT_FOUND when there never was such an item."""
        item = self.items.lock(item_id)
        if item is None:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        if item.deleted_at:
            item.deleted_at, item.updated_at = None, self.clock.now()
            self._publish(item)
        return self._to_card(item)

    @property
    def _database_sells(self) -> bool:
        return self.settings.purchase_strategy == Strategy.DB

    def _find_page(
        self, query: ListQuery, database_stocks: dict[int, int], *, include_hidden: bool
    ) -> AnyPage[dict[str, Any]]:
        """What the items of a page say; their stocks, which nobody is to remember, are noted as `seen`."""
        criteria = self.items.not_deleted() if include_hidden else self.items.on_sale()
        question = ListStatement(query, self.items.source(), criteria, ("items", include_hidden))
        page = self.items.select_page(question, self.cursors)
        database_stocks |= {item.id: item.stock for item in page.rows}
        return page.with_rows([self.combination.info(item) for item in page.rows])

    def _find_info(self, item_id: int, database_stocks: dict[int, int]) -> dict[str, Any] | None:
        item = self.items.find(item_id)
        if item is None or item.deleted_at:
            return None
        database_stocks[item.id] = item.stock
        return self.combination.info(item)

    def _lock(self, item_id: int, condition: Precondition) -> "Item":
        item = self.items.lock(item_id)
        if item is None or item.deleted_at:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        condition.check(self.combination.info(item)["version"])
        return item

    def _to_card(self, item: "Item") -> dict[str, Any]:
        return self._to_cards([self.combination.info(item)], {item.id: item.stock})[0]

    def _to_cards(self, infos: Sequence[dict[str, Any]], database_stocks: dict[int, int]) -> list[dict[str, Any]]:
        """What items say in the caller's language, with the stock of this moment: that of Redis, else of the orders."""
        stocks = database_stocks | self.stock.find_available([(info["tenant_id"], info["id"]) for info in infos])
        if unknown := [info["id"] for info in infos if info["id"] not in stocks]:
            stocks |= self.items.find_stocks(unknown)
        spoken = current_language()
        return [localize(spoken, self.combination.card(info, stocks.get(info["id"], 0))) for info in infos]

    def _close_gate(self, item: "Item") -> None:
        if self._database_sells:
            # The words bind what is sold from here on, and nobody needs Redis for that.
            item.epoch += 1
            return
        # Before the commit: taken early, given late. A load that began before fails on the token, one that begins
        # now waits for our row lock.
        self.stock.claim(item.tenant_id, item.id, Claim(uuid.uuid4().hex, self.clock.microseconds()))

    def _publish(self, item: "Item") -> None:
        # One that was on sale before is loaded, too: not to be bought, but for what was promised and waits.
        offered = item.sellable or item.epoch
        if self._database_sells or not offered:
            # Nobody reads it here, or only editors do, who can do without Redis; others may read it here, where the
            # strategy is being changed.
            after_commit(self.cache.delete_item, item.id)
        else:
            self.cache.invalidate_item_on_commit(item.id)
        if offered:
            after_commit(self.queue.enqueue, JobName.LOAD_STOCK, tenant_id=item.tenant_id, item_id=item.id)
