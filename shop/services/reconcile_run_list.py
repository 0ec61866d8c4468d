"""List of repairs."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from shop.combinations.item import ItemCombination
from shop.combinations.reconcile_run import ReconcileRunCombination
from shop.core.database.criteria import Criteria
from shop.core.database.select import ListStatement
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.repositories.item import ItemRepository
from shop.repositories.reconcile_run import ReconcileRunRepository


@dataclass(frozen=True)
class ReconcileRunListService:
    """Lists differences between the stores and their repairs."""

    runs: ReconcileRunRepository
    items: ItemRepository
    combination: ReconcileRunCombination
    item_combination: ItemCombination
    cursors: CursorSigner

    def page(self, query: ListQuery) -> AnyPage[dict[str, Any]]:
        """List repairs with their items."""
        source = self.runs.source().to_one("item", "item_id", self.items.source())
        statement = ListStatement(query, source, Criteria(), ("repairs",))
        page = self.runs.select_page(statement, self.cursors)
        cards = [self.combination.card(run) for run in page.rows]
        return page.with_rows(query.select_with_related("item", "item_id", self._find_items, cards))

    def _find_items(self, item_ids: Collection[int]) -> dict[int, dict[str, Any]]:
        return self.item_combination.briefs(self.items.find_many(item_ids))
