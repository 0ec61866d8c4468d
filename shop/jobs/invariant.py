"""Invariant check of both stores, run by an operator."""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from shop.constants.job import JobName
from shop.core.database.transaction import transactional
from shop.core.jobs.job import Job, OnSteps, ignore_steps
from shop.core.tenant import ALL_TENANTS, all_tenants
from shop.services.invariant import InvariantResult, InvariantService

SNAPSHOT_CHECKS = 4
LOCKED_CHECKS = 2
PAUSE_SECONDS = 1.0


@dataclass(frozen=True)
class VerifyInvariantsJob(Job):
    """Job that checks the invariants of both stores, also during sales."""

    invariants: InvariantService

    name = JobName.VERIFY

    def run(self, acknowledged: Collection[UUID] = (), on_steps: OnSteps = ignore_steps) -> list[InvariantResult]:
        """Return a verdict for each invariant.

        Only a problem found in every one of several checks is reported. Calls `on_steps` after each item.
        """
        verdicts = self.check(acknowledged, on_steps)
        for _ in range(SNAPSHOT_CHECKS - 1):
            verdicts = self._recheck(verdicts, lambda _: self.check(acknowledged, on_steps))
        # The stores are read at different moments; an item on sale changes in between.
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
        """Check items with transient problems again, each one locked.

        Problems that are not transient are kept.
        """
        item_ids = {problem.item_id for verdict in verdicts for problem in verdict.found if problem.is_transient}
        rechecked = [
            verdict
            for item_id in sorted(item_ids)
            for verdict in self.transact(ALL_TENANTS, self.invariants.check_locked, item_id)
        ]
        settled = [v._replace(found=[p for p in v.found if not p.is_transient]) for v in verdicts]
        return rechecked + settled

    @all_tenants()
    @transactional
    def check(self, acknowledged: Collection[UUID], on_steps: OnSteps = ignore_steps) -> list[InvariantResult]:
        """Check both stores once."""
        return self.invariants.check(acknowledged, on_steps)


def keep_confirmed(verdicts: list[InvariantResult], rechecked: Iterable[InvariantResult]) -> list[InvariantResult]:
    """Keep the problems that the second check found too.

    Compares the subject of a problem, not its text.
    """
    confirmed = {(verdict.number, *problem[:2]) for verdict in rechecked for problem in verdict.found}
    return [v._replace(found=[p for p in v.found if (v.number, *p[:2]) in confirmed]) for v in verdicts]
