"""Rules of items in the catalogue."""

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
from shop.constants.stock import EDIT_SECONDS, StockReason
from shop.core.clock import Clock
from shop.core.database.select import ListStatement
from shop.core.database.transaction import after_commit
from shop.core.errors import ShopError
from shop.core.http.etag import Precondition
from shop.core.jobs.queue import JobQueue
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.core.redis.stores import RedisError
from shop.core.resilience.bounded_wait import BoundedWait
from shop.core.validation.translations import merge_translations
from shop.exception_codes.item import ItemExceptionCode
from shop.repositories.item import ItemRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.supports.sale_gate import Claim, GateEdit, GateValues
from shop.supports.sale_strategy import SaleStrategy

if TYPE_CHECKING:
    from shop.models.item import Item


@dataclass(frozen=True)
class ItemService:
    """Lists, reads and edits items, also while they are sold."""

    items: ItemRepository
    ledger: StockLedgerRepository
    cache: ItemCacheManager
    stock: StockCacheManager
    combination: ItemCombination
    cursors: CursorSigner
    queue: JobQueue
    bounded_wait: BoundedWait
    clock: Clock
    strategy: SaleStrategy

    def page(self, query: ListQuery, *, include_hidden: bool) -> AnyPage[dict[str, Any]]:
        """List items with their current stock.

        Drafts and retired items are listed with `include_hidden` only.
        """
        stocks: dict[int, int] = {}
        build = partial(self._find_page, query, stocks, include_hidden=include_hidden)
        # A page with drafts is never shared with callers that may not see them.
        page = build() if include_hidden or self.strategy.database_sells else self.cache.get_or_build_page(query, build)
        return page.with_rows([query.select_fields(card) for card in self._to_cards(page.rows, stocks)])

    def get(self, item_id: int, *, include_hidden: bool) -> dict[str, Any]:
        """Return one item; raises ShopError NOT_FOUND.

        Drafts and retired items are returned with `include_hidden` only.
        """
        stocks: dict[int, int] = {}
        build = partial(self._find_info, item_id, stocks)
        # A direct sale reads the stock from the database anyway, and has to work without Redis.
        info = build() if self.strategy.database_sells else self.cache.get_or_build_info(item_id, build)
        if info is None or not (include_hidden or info["status"] == ItemStatus.ON_SALE):
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        return self._to_cards([info], stocks)[0]

    def get_translations(self, item_id: int) -> dict[str, Any]:
        """Return the texts of an item in all languages; raises ShopError NOT_FOUND."""
        item = self.items.find(item_id)
        if item is None or item.deleted_at:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        return self.combination.translations(item)

    def is_empty(self) -> bool:
        """Return True when no item was ever created."""
        return not self.items.exists()

    def create(self, actor: int | None, values: dict[str, Any]) -> dict[str, Any]:
        """Create an item and the first line of its ledger."""
        now = self.clock.now()
        item = self.items.create(created_at=now, updated_at=now, **merge_translations(values))
        line = {"reason": StockReason.INITIAL, "ref": f"item:{item.id}", "actor": actor}
        self.ledger.create(item_id=item.id, delta=item.stock, created_at=now, **line)
        self._publish(item)
        return self.combination.card(self.combination.info(item), item.stock)

    def revise(self, item_id: int, values: dict[str, Any], condition: Precondition) -> dict[str, Any]:
        """Change fields of an item; raises ShopError NOT_FOUND, STATE_CHANGED."""
        item = self._lock(item_id, condition)
        status, terms = item.status, item.gate_values
        for name, value in merge_translations(values, item).items():
            setattr(item, name, value)
        item.updated_at = self.clock.now()
        edit = GateEdit(uuid.uuid4().hex, item.epoch, GateValues(*terms), GateValues(*item.gate_values))
        if item.status == status and (edit.before == edit.after or self._edit_open_gate(item, edit)):
            self._invalidate(item)
        else:
            self._close_gate(item)
            self._publish(item)
        return self._to_card(item)

    def delete(self, item_id: int, condition: Precondition) -> None:
        """Mark an item as deleted; its orders stay.

        Raises ShopError NOT_FOUND, STATE_CHANGED.
        """
        item = self._lock(item_id, condition)
        item.deleted_at = item.updated_at = self.clock.now()
        self._close_gate(item)
        self._publish(item)

    def restore(self, item_id: int) -> dict[str, Any]:
        """Undo a deletion; raises ShopError NOT_FOUND without such an item."""
        with self.bounded_wait.lend_turn():
            item = self.items.lock(item_id)
        if item is None:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        if item.deleted_at:
            item.deleted_at, item.updated_at = None, self.clock.now()
            self._publish(item)
        return self._to_card(item)

    def _find_page(
        self, query: ListQuery, database_stocks: dict[int, int], *, include_hidden: bool
    ) -> AnyPage[dict[str, Any]]:
        """Build a cacheable page; add its uncached stock to `database_stocks`."""
        criteria = self.items.not_deleted() if include_hidden else self.items.on_sale()
        statement = ListStatement(query, self.items.source(), criteria, ("items", include_hidden))
        page = self.items.select_page(statement, self.cursors)
        database_stocks |= {item.id: item.stock for item in page.rows}
        return page.with_rows([self.combination.info(item) for item in page.rows])

    def _find_info(self, item_id: int, database_stocks: dict[int, int]) -> dict[str, Any] | None:
        item = self.items.find(item_id)
        if item is None or item.deleted_at:
            return None
        database_stocks[item.id] = item.stock
        return self.combination.info(item)

    def _lock(self, item_id: int, condition: Precondition) -> "Item":
        with self.bounded_wait.lend_turn():
            item = self.items.lock(item_id)
        if item is None or item.deleted_at:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        condition.check(self.combination.info(item)["version"])
        return item

    def _to_card(self, item: "Item") -> dict[str, Any]:
        return self._to_cards([self.combination.info(item)], {item.id: item.stock})[0]

    def _to_cards(self, infos: Sequence[dict[str, Any]], database_stocks: dict[int, int]) -> list[dict[str, Any]]:
        """Return cards in the caller's language, with the current stock.

        The stock is that of Redis, else that of the database.
        """
        stocks = database_stocks | self.stock.find_available([(info["tenant_id"], info["id"]) for info in infos])
        if unknown := [info["id"] for info in infos if info["id"] not in stocks]:
            stocks |= self.items.find_stocks(unknown)
        return self.combination.cards(infos, stocks)

    def _edit_open_gate(self, item: "Item", edit: GateEdit) -> bool:
        """Change the terms in the open gate, else return False."""
        if self.strategy.database_sells or not self.stock.begin_edit(item.tenant_id, item.id, edit):
            return False
        finish = partial(self.stock.finish_edit, item.tenant_id, item.id, edit)
        # Without an answer from Redis the gate may sell by the older terms until the deadline of the edit.
        after_commit(self.bounded_wait.repeat_failing, finish, RedisError, EDIT_SECONDS)
        return True

    def _close_gate(self, item: "Item") -> None:
        if self.strategy.database_sells:
            # The new values apply to the next direct sale; Redis is not needed for that.
            item.epoch += 1
            return
        # Closed before the commit, and opened after it. A load that began before fails on the token; one that begins
        # now waits for the row lock of this transaction.
        self.stock.claim(item.tenant_id, item.id, Claim(uuid.uuid4().hex, self.clock.microseconds()))

    def _publish(self, item: "Item") -> None:
        self._invalidate(item)
        if item.offered:
            after_commit(self.queue.enqueue_first, JobName.LOAD_STOCK, tenant_id=item.tenant_id, item_id=item.id)
        if item.sellable and not self.strategy.database_sells:
            read_gate = partial(self.stock.state, item.tenant_id, item.id)
            after_commit(self.bounded_wait.poll_gate, lambda: self.strategy.is_settled(read_gate()) or None)

    def _invalidate(self, item: "Item") -> None:
        # Where this process reads no cached item, a failing Redis must not stop the edit. Processes with another
        # strategy may read it during a rolling change.
        required = item.offered and not self.strategy.database_sells
        self.cache.invalidate_item_on_commit(item.id, required=required)
