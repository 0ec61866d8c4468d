"""Queries of the table reconcile_runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, select

from shop.core.database.columns import ColumnMap
from shop.core.database.repository import Repository
from shop.models.reconcile_run import ReconcileRun

_SOURCE = ColumnMap(
    ReconcileRun.id,
    {
        "id": ReconcileRun.id,
        "item_id": ReconcileRun.item_id,
        "cause": ReconcileRun.cause,
        "expected": ReconcileRun.expected,
        "found": ReconcileRun.found,
        "done": ReconcileRun.done,
        "open": case((ReconcileRun.done == "", 1), else_=0),
        "created_at": ReconcileRun.created_at,
        "updated_at": ReconcileRun.updated_at,
    },
)


@dataclass(frozen=True)
class ReconcileRunRepository(Repository[ReconcileRun]):
    """Repository of repairs."""

    model = ReconcileRun

    def source(self) -> ColumnMap:
        """Return the columns of list fields."""
        return _SOURCE

    def find_open(self) -> Sequence[ReconcileRun]:
        """Return unfinished repairs, oldest first."""
        query = select(ReconcileRun).where(ReconcileRun.done == "").order_by(ReconcileRun.id)
        return self.session.scalars(query).all()

    def find_open_by_item(self, item_id: int) -> ReconcileRun | None:
        """Return the unfinished repair of an item, or None."""
        query = select(ReconcileRun).where(ReconcileRun.item_id == item_id, ReconcileRun.done == "")
        return self.session.scalar(query.order_by(ReconcileRun.id).limit(1))
