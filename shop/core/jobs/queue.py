"""The RQ queue: enqueue jobs by name, list and retry failed ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import rq.job
from rq import Queue as RqQueue
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from shop.core.metrics.metrics import GaugeSample
from shop.core.redis.stores import RedisStores
from shop.core.trace import current_trace

QUEUE_HIGH = "shop-high"
# Where a worker finds the job's name and arguments; a text, since the worker imports it, not we.
PERFORM = "shop.worker.perform"
JOB_TIMEOUT_SECONDS = 60
FAILURE_TTL_SECONDS = 7 * 24 * 3600


class FailedJob(NamedTuple):
    """A job that failed for good: its id, what was asked for, and the last line of why."""

    job_id: str
    call: str
    reason: str


@dataclass(frozen=True)
class JobQueue:
    """Asks workers for jobs by name. A name, because whoever asks stands below the Jobs."""

    stores: RedisStores

    def enqueue(self, name: str, *, expires_in: timedelta | None = None, **arguments: Any) -> None:
        """Ask for a job now; one not begun within `life` is dropped. Raises RedisError."""
        self._rq.enqueue_call(
            PERFORM,
            kwargs={"name": name, "arguments": arguments},
            timeout=JOB_TIMEOUT_SECONDS,
            result_ttl=0,
            ttl=int(expires_in.total_seconds()) if expires_in else None,
            failure_ttl=FAILURE_TTL_SECONDS,
            # Beside the arguments: a worker of an older release does the job all the same.
            meta=trace.propagated_ids if (trace := current_trace()) else None,
        )

    def enqueue_once(self, name: str, slot: int, *, expires_in: timedelta) -> bool:
        """Ask for a scheduled job unless another scheduler did for this slot of time; whether it was asked."""
        if not self.stores.queue.set(f"shop:schedule:{name}:{slot}", "1", nx=True, px=expires_in):
            return False
        self.enqueue(name, expires_in=expires_in)
        return True

    def is_empty(self) -> bool:
        """Whether no job waits."""
        return not self._rq.count

    def measure_backlog(self) -> Iterator[GaugeSample]:
        """How many jobs wait, and for how long the oldest has; raises RedisError."""
        case = ("queue", QUEUE_HIGH)
        yield GaugeSample("shop_queue_jobs", "Jobs that wait for a worker.", self._rq.count, case)
        first = self._rq.get_job_ids(length=1)
        job = self._rq.fetch_job(first[0]) if first else None
        waited = (datetime.now(UTC) - job.enqueued_at).total_seconds() if job and job.enqueued_at else 0.0
        yield GaugeSample("shop_queue_oldest_seconds", "Seconds the oldest of them has waited.", waited, case)

    def list_failed(self) -> list[FailedJob]:
        """The jobs that failed for good, a week back."""
        ids = self._failures.get_job_ids()
        jobs = rq.job.Job.fetch_many(ids, connection=self.stores.queue, serializer=JSONSerializer)
        return [
            FailedJob(job.id, f"{job.kwargs['name']} {job.kwargs['arguments']}", _failure_reason(job))
            for job in jobs
            if job
        ]

    def retry_failed(self, job_id: str) -> bool:
        """Ask for a failed job again; False when there is none of that id."""
        if job_id not in self._failures.get_job_ids():
            return False
        self._failures.requeue(job_id)
        return True

    def discard_failed(self, job_id: str) -> bool:
        """Give a failed job up; False when there is none of that id."""
        if job_id not in self._failures.get_job_ids():
            return False
        self._failures.remove(job_id, delete_job=True)
        return True

    @cached_property
    def _failures(self) -> FailedJobRegistry:
        return FailedJobRegistry(queue=self._rq)

    @cached_property
    def _rq(self) -> RqQueue:
        return RqQueue(QUEUE_HIGH, connection=self.stores.queue, serializer=JSONSerializer)


def _failure_reason(job: rq.job.Job) -> str:
    result = job.latest_result()
    lines = (result.exc_string if result and result.exc_string else "").strip().splitlines()
    return lines[-1] if lines else "Its process died."
