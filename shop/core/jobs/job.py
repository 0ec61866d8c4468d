"""Jobs and the queue that carries them: RQ wakes, the databases remember."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, ParamSpec, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shop.core.database.engine import Database
from shop.core.database.transaction import in_transaction
from shop.core.errors import DuplicateRow, TryAgain
from shop.core.redis.stores import RedisError
from shop.core.tenant import ALL_TENANTS, Scope, all_tenants, in_tenant

# A store that is away, or somebody who was quicker: the same work may succeed in a moment.
TRANSIENT = (OperationalError, InterfaceError, PoolTimeoutError, RedisError, DuplicateRow, TryAgain)
# Before the second and the third try.
PAUSES_SECONDS = (0.5, 2.0)
P = ParamSpec("P")
R = TypeVar("R")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A queue or schedule entrance with a Controller's rights: `run` does the work, its writes are @transactional."""

    database: Database

    name: ClassVar[str]
    # How often the scheduler asks for it; None: only when somebody does.
    every: ClassVar[timedelta | None] = None
    # Whether each worker runs it before its first job from the queue.
    at_start: ClassVar[bool] = False
    # Whether the schedule asks for the same again anyway: then a failure that can pass is no dead letter.
    rescheduled: ClassVar[bool] = False

    # A method of each Job, with arguments of its own: do the work.
    run: ClassVar[Callable[..., Any]]

    def transact(self, scope: Scope, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Make one call in a transaction of its own, for a tenant or for EVERY, and return its answer.

        What a @transactional method does, for a step that is a single call to a collaborator.
        """
        with all_tenants() if scope is ALL_TENANTS else in_tenant(scope):
            return in_transaction(self.database, partial(work, *args, **kwargs))


def run_with_retries(job: Job, arguments: dict[str, Any]) -> Any:
    """Do a job, up to three times while what stops it can pass; then the failure is raised, to be kept.

    It is only logged when the schedule asks for the same again anyway.
    """
    began = time.perf_counter()
    answer = _run_attempts(job, arguments)
    took = round((time.perf_counter() - began) * 1000, 2)
    # What only the schedule asks for is done all the time, and mostly finds nothing to do.
    _log.log(
        logging.DEBUG if job.every else logging.INFO,
        "%s is done in %s ms",
        job.name,
        took,
        extra={"ms": took, "arguments": arguments},
    )
    return answer


def _run_attempts(job: Job, arguments: dict[str, Any]) -> Any:
    for pause in PAUSES_SECONDS:
        try:
            return job.run(**arguments)
        except TRANSIENT as error:
            _log.warning("A job will be tried again: %s", error, extra={"subject": job.name, "arguments": arguments})
            time.sleep(random.uniform(pause / 2, pause))
    try:
        return job.run(**arguments)
    except TRANSIENT:
        if not job.rescheduled:
            raise
        _log.exception("A job is left to the schedule", extra={"subject": job.name, "arguments": arguments})
