"""The audit, asked for by an operator."""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from shop.constants.job import JobName
from shop.core.database.transaction import transactional
from shop.core.jobs.job import Job
from shop.core.tenant import all_tenants
from shop.services.invariant import InvariantResult, InvariantService

SNAPSHOT_CHECKS = 4
LOCKED_CHECKS = 2
PAUSE_SECONDS = 1.0


@dataclass(frozen=True)
class VerifyInvariantsJob(Job):
    """Holds both stores against the invariants, on a live system too."""

    invariants: InvariantService

    name = JobName.VERIFY

    def run(self, acknowledged: Collection[UUID] = ()) -> list[InvariantResult]:
        """A verdict for each invariant: only what was wrong in every one of several looks is wrong."""
        verdicts = self.check(acknowledged)
        for _ in range(SNAPSHOT_CHECKS - 1):
            verdicts = self._recheck(verdicts, lambda _: self.check(acknowledged))
        # The stores were read at different moments, between which an item that sells has moved.
        for _ in range(LOCKED_CHECKS):
            verdicts = self._recheck(verdicts, self.check_transient)
        return verdicts

    def _recheck(
        self, verdicts: list[InvariantResult], check: Callable[[list[InvariantResult]], Iterable[InvariantResult]]
    ) -> list[InvariantResult]:
        if not any(verdict.found for verdict in verdicts):
            return verdicts
        time.sleep(PAUSE_SECONDS)
        return keep_confirmed(verdicts, check(verdicts))

    def check_transient(self, verdicts: list[InvariantResult]) -> list[InvariantResult]:
        """Another look at what counts that move say, at one item after the other while nothing of it is written."""
        item_ids = {problem.item_id for verdict in verdicts for problem in verdict.found if problem.is_transient}
        closely = [verdict for item_id in sorted(item_ids) for verdict in self.check_locked(item_id)]
        settled = [v._replace(found=[p for p in v.found if not p.is_transient]) for v in verdicts]
        return closely + settled

    @all_tenants()
    @transactional
    def check_locked(self, item_id: int) -> list[InvariantResult]:
        """One look at an item, which is held meanwhile."""
        return self.invariants.check_locked(item_id)

    @all_tenants()
    @transactional
    def check(self, acknowledged: Collection[UUID]) -> list[InvariantResult]:
        """One look at both stores."""
        return self.invariants.check(acknowledged)


def keep_confirmed(verdicts: list[InvariantResult], rechecked: Iterable[InvariantResult]) -> list[InvariantResult]:
    """What another look finds wrong too, in whatever words."""
    still = {(verdict.number, *problem[:2]) for verdict in rechecked for problem in verdict.found}
    return [v._replace(found=[p for p in v.found if (v.number, *p[:2]) in still]) for v in verdicts]
