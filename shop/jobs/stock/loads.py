"""Loading: closes a gate, drains, and opens it with the database state."""

from dataclasses import dataclass

from shop.constants.stock import BATCH
from shop.core.database.transaction import transactional
from shop.core.errors import TryAgain
from shop.core.tenant import for_tenant_argument
from shop.jobs.stock.drains import Drainer
from shop.services.reconcile_run import ReconcileRunService
from shop.services.sale_gate import SaleGateService
from shop.supports.sale_gate import GateOpening


@dataclass(frozen=True)
class Loader(Drainer):
    """Base of jobs that open a gate."""

    gates: SaleGateService
    runs: ReconcileRunService

    @for_tenant_argument
    def load(self, tenant_id: int, item_id: int, run_id: int | None = None) -> bool:
        """Close the gate, drain, begin an epoch, drain again, open.

        Returns True when this call opened the gate. Raises TryAgain while older reservations are not counted.
        """
        token = self.gates.claim(tenant_id, item_id, data_lost=bool(run_id))
        self.drain_item(tenant_id, item_id)
        opening = self.begin_epoch(item_id, token, run_id)
        if opening is None or not self.gates.open(tenant_id, item_id, token, opening):
            return False
        # Before buyers are admitted: otherwise the pieces of an older reservation would be sold a second time.
        self.drain_item(tenant_id, item_id)
        partition = self.gates.partition(tenant_id, item_id)
        if self.transact(tenant_id, self.outbox.has_older, item_id, partition, opening.epoch):
            raise TryAgain(f"Reservations of item {item_id} are not counted yet.")
        # Credits committed while the gate was closed.
        self.transact(tenant_id, self.runs.apply_missing_credits, tenant_id, item_id)
        return self.gates.open_to_buyers(tenant_id, item_id, token, opening)

    def drain_item(self, tenant_id: int, item_id: int) -> None:
        """Write all waiting reservations of an item."""
        partition, after, count = self.gates.partition(tenant_id, item_id), None, BATCH
        # A page that is not full is the last one. Stop there: other items of the partition may add entries without end.
        while count >= BATCH:
            count, after = self.write_or_dead_letter(partition, after)

    @transactional
    def begin_epoch(self, item_id: int, token: str, run_id: int | None) -> GateOpening | None:
        """Begin the new epoch and finish the repair, if any.

        Returns None when the claim is no longer valid.
        """
        if not self.gates.holds_claim(item_id, token):
            return None
        opening = self.gates.begin_epoch(item_id)
        if run_id:
            self.runs.finish_run(run_id, opening)
        return opening
