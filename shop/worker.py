"""Background processes: the worker of jobs, and the scheduler."""

import logging
import signal
import time
from contextlib import suppress
from datetime import timedelta
from threading import Thread
from types import FrameType
from typing import Any

import rq.job
from rq import Queue as RqQueue
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from shop.container import Container
from shop.core.jobs.job import Job, run_with_retries
from shop.core.jobs.queue import QUEUE_HIGH, JobQueue
from shop.core.metrics.exporter import start_metrics_server
from shop.core.metrics.metrics import GaugeSource, Metrics
from shop.core.operations.heap import freeze_heap
from shop.core.redis.stores import RedisError, RedisStores
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from shop.core.trace import in_job

TICK_SECONDS = 0.2
MAINTENANCE_SECONDS = 60
PAUSE_SECONDS = 1.0
_jobs: dict[str, Job] = {}
_log = logging.getLogger(__name__)


class ReconnectingWorker(SimpleWorker):
    """RQ worker that survives a loss of Redis during a job.

    It ends on a signal only. A SimpleWorker, because a fork for each job would cost more than the job.
    """

    max_connection_wait_time = PAUSE_SECONDS
    is_stopping = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Request a stop after the running job."""
        if not self.is_stopping:
            Thread(target=_log.info, args=("The worker stops after its running job",), daemon=True).start()
        self.is_stopping = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ types few of its methods

    def perform_job(self, job: rq.job.Job, queue: RqQueue) -> bool:
        """Run a job with its trace context for logs and new jobs."""
        with in_job(job.id, job.meta or {}):
            return super().perform_job(job, queue)


def find_jobs(container: Container) -> dict[str, Job]:
    """Return job name -> job of a container."""
    kinds: list[type[Job]] = container.find("Job")
    return {kind.name: container.get(kind) for kind in kinds}


def perform(name: str, arguments: dict[str, Any]) -> Any:
    """Run one job; called by RQ."""
    return run_with_retries(_jobs[name], arguments)


def run_worker(settings: Settings) -> None:
    """Run jobs until a stop signal; a running job is finished first."""
    container = Container(settings)
    container.build()
    _jobs.update(find_jobs(container))
    if settings.worker_metrics_bind:
        registry = container.get(Metrics).create_registry(container.find_one(GaugeSource))
        try:
            start_metrics_server(settings.worker_metrics_bind, registry)
        except OSError as error:
            bind = f"SHOP_WORKER_METRICS_BIND={settings.worker_metrics_bind}"
            raise SettingsError(f"{bind} cannot be served: {error.strerror}.") from error
    freeze_heap()
    with suppress(StopRequested):
        while not _run_until_stopped(container.get(JobQueue), container.get(RedisStores).queue):
            time.sleep(PAUSE_SECONDS)


def _run_until_stopped(queue: JobQueue, connection: Any) -> bool:
    """Run jobs until a signal; return False when Redis was lost first."""
    worker: ReconnectingWorker | None = None
    try:
        for job in _jobs.values():
            if job.at_start:
                queue.enqueue(job.name, expires_in=timedelta(minutes=1))
        queues = [RqQueue(QUEUE_HIGH, connection=connection, serializer=JSONSerializer)]
        worker = ReconnectingWorker(
            queues, connection=connection, serializer=JSONSerializer, maintenance_interval=MAINTENANCE_SECONDS
        )
        worker.log_job_description = False
        worker.work(logging_level="WARNING")
    except RedisError as error:
        _log.warning("The worker is waiting for Redis: %s", error)
    return worker is not None and worker.is_stopping


def run_scheduler(settings: Settings) -> None:
    """Enqueue periodic jobs until a stop signal.

    Several schedulers enqueue each job once per period.
    """
    container = Container(settings)
    queue, jobs = container.get(JobQueue), find_jobs(container)
    periods = {job.name: job.every for job in jobs.values() if job.every}
    enqueued_slots = dict.fromkeys(periods, -1)
    running = _running_until_signal()
    while running():
        for name, every in periods.items():
            slot = int(time.time() / every.total_seconds())
            if slot != enqueued_slots[name] and _enqueue_due(queue, name, slot, every):
                enqueued_slots[name] = slot
        time.sleep(TICK_SECONDS)
    _log.info("The scheduler has stopped")


def _enqueue_due(queue: JobQueue, name: str, slot: int, every: timedelta) -> bool:
    try:
        queue.enqueue_once(name, slot, expires_in=max(every * 2, timedelta(seconds=5)))
    except RedisError as error:
        _log.warning("The scheduler is waiting for Redis: %s", error)
        return False
    return True


def _running_until_signal() -> Any:
    signals: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        signals.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return lambda: not signals
