"""The audit, asked for by an operator."""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from shop.constants.job import JobName
from shop.core.database.transaction import transactional
from shop.core.jobs.job import Job
from shop.core.tenant import in_every_tenant
from shop.services.invariant import AuditService, Verdict

LOOKS = 4
CLOSE_LOOKS = 2
PAUSE_SECONDS = 1.0


@dataclass(frozen=True)
class VerifyAuditJob(Job):
    """Holds both stores against the invariants, on a live system too."""

    audit: AuditService

    name = JobName.VERIFY

    def run(self, acknowledged: Collection[UUID] = ()) -> list[Verdict]:
        """A verdict for each invariant: only what was wrong in every one of several looks is wrong."""
        verdicts = self.look(acknowledged)
        for _ in range(LOOKS - 1):
            verdicts = self._again(verdicts, lambda _: self.look(acknowledged))
        # The stores were read at different moments, between which an item that sells has moved.
        for _ in range(CLOSE_LOOKS):
            verdicts = self._again(verdicts, self.look_closely)
        return verdicts

    def _again(self, verdicts: list[Verdict], look: Callable[[list[Verdict]], Iterable[Verdict]]) -> list[Verdict]:
        if not any(verdict.found for verdict in verdicts):
            return verdicts
        time.sleep(PAUSE_SECONDS)
        return confirmed(verdicts, look(verdicts))

    def look_closely(self, verdicts: list[Verdict]) -> list[Verdict]:
        """Another look at what counts that move say, at one item after the other while nothing of it is written."""
        item_ids = {problem.item_id for verdict in verdicts for problem in verdict.found if problem.moves}
        closely = [verdict for item_id in sorted(item_ids) for verdict in self.hold(item_id)]
        settled = [v._replace(found=[p for p in v.found if not p.moves]) for v in verdicts]
        return closely + settled

    @in_every_tenant()
    @transactional
    def hold(self, item_id: int) -> list[Verdict]:
        """One look at an item, which is held meanwhile."""
        return self.audit.examine_closely(item_id)

    @in_every_tenant()
    @transactional
    def look(self, acknowledged: Collection[UUID]) -> list[Verdict]:
        """One look at both stores."""
        return self.audit.examine(acknowledged)


def confirmed(verdicts: list[Verdict], again: Iterable[Verdict]) -> list[Verdict]:
    """What another look finds wrong too, in whatever words."""
    still = {(verdict.number, *problem[:2]) for verdict in again for problem in verdict.found}
    return [v._replace(found=[p for p in v.found if (v.number, *p[:2]) in still]) for v in verdicts]
