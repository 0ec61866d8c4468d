"""Jobs: entry points of queue and schedule, run with retries."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, ParamSpec, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_chain, wait_random

from shop.core.database.engine import Database
from shop.core.database.errors import UNAVAILABLE_ERRORS
from shop.core.database.transaction import in_transaction
from shop.core.errors import DuplicateRow, TryAgain
from shop.core.redis.stores import RedisError
from shop.core.tenant import ALL_TENANTS, Scope, all_tenants, in_tenant

# A store that is down, or a conflict with another transaction: the same work may succeed a moment later.
TRANSIENT = (*UNAVAILABLE_ERRORS, RedisError, DuplicateRow, TryAgain)
# The longest pauses before the second and the third attempt; the shortest are half as long.
PAUSES_SECONDS = (0.5, 2.0)
P = ParamSpec("P")
R = TypeVar("R")
# Told by a long job how many steps it has taken, for a progress bar.
OnSteps = Callable[[int], object]
_log = logging.getLogger(__name__)


def ignore_steps(_: int) -> None:
    """Ignore the steps of a job that shows no progress."""


@dataclass(frozen=True)
class Job:
    """Entry point of queue or schedule, with a Controller's rights.

    `run` does the work. Its writes are in methods that are @transactional, or in calls of `transact`.
    """

    database: Database

    name: ClassVar[str]
    # Interval of the schedule; None: the job runs only when it is enqueued.
    every: ClassVar[timedelta | None] = None
    # True: each worker runs the job before its first job from the queue.
    at_start: ClassVar[bool] = False
    # True: the schedule repeats the same work anyway, so a transient failure is not kept as a failed job.
    rescheduled: ClassVar[bool] = False

    # A method of each Job, with its own arguments, that does the work.
    run: ClassVar[Callable[..., Any]]

    def transact(self, scope: Scope, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one call in its own transaction.

        `scope` is a tenant id or ALL_TENANTS. Like a @transactional method, for a step that is a single call to a
        collaborator. Returns what the call returns.
        """
        with all_tenants() if scope is ALL_TENANTS else in_tenant(scope):
            return in_transaction(self.database, partial(work, *args, **kwargs))


def run_with_retries(job: Job, arguments: dict[str, Any]) -> Any:
    """Run a job, with up to three attempts for transient errors.

    Returns the result of the job. Raises the last error; a transient error of a `rescheduled` job is only logged, and
    the result is None.
    """
    began = time.perf_counter()
    result = _run_attempts(job, arguments)
    milliseconds = round((time.perf_counter() - began) * 1000, 2)
    # Scheduled jobs run all the time and mostly find no work.
    _log.log(
        logging.DEBUG if job.every else logging.INFO,
        "%s is done in %s ms",
        job.name,
        milliseconds,
        extra={"ms": milliseconds, "arguments": arguments},
    )
    return result


def _run_attempts(job: Job, arguments: dict[str, Any]) -> Any:
    attempts = Retrying(
        retry=retry_if_exception_type(TRANSIENT),
        stop=stop_after_attempt(1 + len(PAUSES_SECONDS)),
        wait=wait_chain(*(wait_random(pause / 2, pause) for pause in PAUSES_SECONDS)),
        before_sleep=partial(_log_retry, job, arguments),
        # Without it tenacity raises its own RetryError.
        reraise=True,
    )
    try:
        # `partial`, since a job's argument may have the name of a parameter of tenacity.
        return attempts(partial(job.run, **arguments))
    except TRANSIENT:
        if not job.rescheduled:
            raise
        _log.exception("A job is left to the schedule", extra={"subject": job.name, "arguments": arguments})


def _log_retry(job: Job, arguments: dict[str, Any], state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    _log.warning("A job will be tried again: %s", error, extra={"subject": job.name, "arguments": arguments})
