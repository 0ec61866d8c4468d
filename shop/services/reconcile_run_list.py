"""Repairs as a list."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from shop.combinations.item import ItemCombination
from shop.combinations.reconcile_run import ReconcileRunCombination
from shop.core.database.criteria import Criteria
from shop.core.database.select import Question
from shop.core.i18n.languages import language
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import Listed
from shop.core.query.query import Asked
from shop.core.validation.translations import tell_in
from shop.repositories.item import ItemRepository
from shop.repositories.reconcile_run import ReconcileRunRepository


@dataclass(frozen=True)
class ReconcileRunListService:
    """Shows what the stores disagreed about, and what was done."""

    runs: ReconcileRunRepository
    items: ItemRepository
    combine: ReconcileRunCombination
    combine_item: ItemCombination
    cursors: CursorSigner

    def page(self, asked: Asked) -> Listed[dict[str, Any]]:
        """The repairs of items."""
        source = self.runs.source().to_one("item", "item_id", self.items.source())
        question = Question(asked, source, Criteria(), ("repairs",))
        page = self.runs.page_asked(question, self.cursors)
        cards = [self.combine.card(run) for run in page.rows]
        return page.with_rows(asked.tell_with("item", "item_id", self._find_items, cards))

    def _find_items(self, item_ids: Collection[int]) -> dict[int, dict[str, Any]]:
        items = self.items.find_many(item_ids)
        return {item_id: tell_in(language(), self.combine_item.brief(item)) for item_id, item in items.items()}
