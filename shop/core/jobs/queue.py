"""The RQ queue: enqueue jobs by name, list and retry failed ones."""

import re
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
# The function that workers call with the job's name and arguments; a text, since only workers import it.
PERFORM = "shop.worker.perform"
JOB_TIMEOUT_SECONDS = 60
FAILURE_TTL_SECONDS = 7 * 24 * 3600
# The error of a traceback: the first line that is not indented after the last file, since its text may have many lines.
_ERROR_LINE = re.compile(r'^  File ".*\n(?:[ ]+.*\n)*(?P<error>\S.*)', re.MULTILINE)


class FailedJob(NamedTuple):
    """A job that failed for good.

    `call` is its name with its arguments, `reason` the first line of its error.
    """

    job_id: str
    call: str
    reason: str


@dataclass(frozen=True)
class JobQueue:
    """Queue that hands jobs to workers by name.

    The layers that enqueue a job stand below the Jobs, so they cannot import the class.
    """

    stores: RedisStores

    def enqueue(self, name: str, *, expires_in: timedelta | None = None, **arguments: Any) -> None:
        """Enqueue a job.

        A job that has not begun after `expires_in` is dropped. Raises RedisError.
        """
        self._call(name, arguments, expires_in=expires_in)

    def enqueue_first(self, name: str, **arguments: Any) -> None:
        """Enqueue a job that a client waits for, before all waiting ones.

        Raises RedisError.
        """
        self._call(name, arguments, at_front=True)

    def enqueue_once(self, name: str, slot: int, *, expires_in: timedelta) -> bool:
        """Enqueue a scheduled job, once for each time slot.

        Returns False when another scheduler has enqueued it. Raises RedisError.
        """
        if not self.stores.queue.set(f"shop:schedule:{name}:{slot}", "1", nx=True, px=expires_in):
            return False
        self.enqueue(name, expires_in=expires_in)
        return True

    def is_empty(self) -> bool:
        """Return True if no job waits."""
        return not self._rq.count

    def measure_backlog(self) -> Iterator[GaugeSample]:
        """Measure the number of waiting jobs and the age of the oldest.

        Raises RedisError.
        """
        label = ("queue", QUEUE_HIGH)
        yield GaugeSample("shop_queue_jobs", "Jobs that wait for a worker.", self._rq.count, label)
        first = self._rq.get_job_ids(length=1)
        job = self._rq.fetch_job(first[0]) if first else None
        waited = (datetime.now(UTC) - job.enqueued_at).total_seconds() if job and job.enqueued_at else 0.0
        yield GaugeSample("shop_queue_oldest_seconds", "Seconds the oldest of them has waited.", waited, label)

    def list_failed(self) -> list[FailedJob]:
        """Return the jobs that failed for good within the last week."""
        ids = self._failures.get_job_ids()
        jobs = rq.job.Job.fetch_many(ids, connection=self.stores.queue, serializer=JSONSerializer)
        return [
            FailedJob(job.id, f"{job.kwargs['name']} {job.kwargs['arguments']}", _failure_reason(job))
            for job in jobs
            if job
        ]

    def retry_failed(self, job_id: str) -> bool:
        """Enqueue a failed job again.

        Returns False when no failed job has that id.
        """
        if job_id not in self._failures.get_job_ids():
            return False
        self._failures.requeue(job_id)
        return True

    def discard_failed(self, job_id: str) -> bool:
        """Delete a failed job.

        Returns False when no failed job has that id.
        """
        if job_id not in self._failures.get_job_ids():
            return False
        self._failures.remove(job_id, delete_job=True)
        return True

    def _call(
        self, name: str, arguments: dict[str, Any], *, expires_in: timedelta | None = None, at_front: bool = False
    ) -> None:
        self._rq.enqueue_call(
            PERFORM,
            kwargs={"name": name, "arguments": arguments},
            timeout=JOB_TIMEOUT_SECONDS,
            result_ttl=0,
            ttl=int(expires_in.total_seconds()) if expires_in else None,
            failure_ttl=FAILURE_TTL_SECONDS,
            # Separate from the arguments, so that workers of an older release can run the job.
            meta=trace.propagated_ids if (trace := current_trace()) else None,
            at_front=at_front,
        )

    @cached_property
    def _failures(self) -> FailedJobRegistry:
        return FailedJobRegistry(queue=self._rq)

    @cached_property
    def _rq(self) -> RqQueue:
        return RqQueue(QUEUE_HIGH, connection=self.stores.queue, serializer=JSONSerializer)


def _failure_reason(job: rq.job.Job) -> str:
    result = job.latest_result()
    text = (result.exc_string if result and result.exc_string else "").strip()
    errors = _ERROR_LINE.findall(text) or text.splitlines()[-1:]
    return errors[-1] if errors else "The process of the worker died."
