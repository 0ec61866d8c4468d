"""Information about repairs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shop.core.clock import format_rfc3339

if TYPE_CHECKING:
    from shop.models.reconcile_run import ReconcileRun


@dataclass(frozen=True)
class ReconcileRunCombination:
    """Information about a repair."""

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
