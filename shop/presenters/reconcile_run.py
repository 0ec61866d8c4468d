"""Display form of repairs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shop.constants.stock import GateState
from shop.supports.sale_gate import GateOpening

if TYPE_CHECKING:
    from shop.models.reconcile_run import ReconcileRun


@dataclass(frozen=True)
class ReconcileRunPresenter:
    """Sentences about a repair, for operators."""

    def result(self, opening: GateOpening | None, corrected: int) -> str:
        """Describe a finished repair; `corrected`: change of the ledger."""
        if opening is None:
            return "There is nothing to open."
        correction = f"; the ledger was {corrected:+} off" if corrected else ""
        if opening.state is not GateState.OPEN:
            seller = "it is not on sale" if opening.state is GateState.RETIRED else "the database sells it"
            return f"The gate stays closed, because {seller}; the stock is {opening.stock} pieces{correction}."
        return f"Epoch {opening.epoch} begins with {opening.stock} pieces{correction}."

    def summary(self, run: "ReconcileRun") -> str:
        """Describe difference and result of a repair in one line."""
        difference = f"MySQL said {run.expected}, Redis said {run.found}. " if run.expected else ""
        return f"item {run.item_id} ({run.cause}): {difference}{run.done or 'Not repaired yet.'}"
