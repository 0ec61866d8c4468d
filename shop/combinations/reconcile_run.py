"""Information about repairs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shop.core.clock import format_rfc3339
from shop.presenters.reconcile_run import ReconcileRunPresenter
from shop.supports.sale_gate import GateOpening

if TYPE_CHECKING:
    from shop.models.reconcile_run import ReconcileRun


@dataclass(frozen=True)
class ReconcileRunCombination:
    """Information about a repair."""

    presenter: ReconcileRunPresenter

    def result(self, opening: GateOpening | None, corrected: int) -> str:
        """Return the sentence that is stored with a finished repair."""
        return self.presenter.result(opening, corrected)

    def summary(self, run: "ReconcileRun") -> str:
        """Return the line that commands print."""
        return self.presenter.summary(run)

    def card(self, run: "ReconcileRun") -> dict[str, Any]:
        """Build the card; `open` until the repair is finished; JSON-safe."""
        return {
            "id": run.id,
            "item_id": run.item_id,
            "cause": run.cause,
            "expected": run.expected,
            "found": run.found,
            "done": run.done,
            "open": not run.done,
            "created_at": format_rfc3339(run.created_at),
            "updated_at": format_rfc3339(run.updated_at),
        }
