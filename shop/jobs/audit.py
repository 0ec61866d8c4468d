"""The audit, asked for by an operator."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from shop.constants.job import JobName
from shop.core.job import Job
from shop.core.transaction import transactional
from shop.services.audit import AuditService, Verdict

LOOKS = 4
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
            if not any(verdict.problems for verdict in verdicts):
                break
            time.sleep(PAUSE_SECONDS)
            again = {verdict.number: set(verdict.problems) for verdict in self.look(acknowledged)}
            verdicts = [v._replace(problems=[p for p in v.problems if p in again[v.number]]) for v in verdicts]
        return verdicts

    @transactional
    def look(self, acknowledged: Collection[UUID]) -> list[Verdict]:
        """One look at both stores."""
        return self.audit.examine(acknowledged)
