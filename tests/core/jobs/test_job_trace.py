"""Trace of a job back to the request that enqueued the job."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rq.job
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer

from shop import worker
from shop.core.jobs.job import Job
from shop.core.jobs.queue import PERFORM, QUEUE_HIGH, JobQueue
from shop.core.logging.setup import TracedRecord
from shop.core.redis.stores import RedisStores
from shop.core.settings.settings import Settings
from shop.core.trace import Trace, create_request_trace, current_trace, in_job, set_trace
from shop.worker import ReconnectingWorker
from tests.core.logging.recording_sinks import RecordingHandler


class TracedJob(Job):
    """A job that records its trace, and fails in its first runs."""

    name = "traced"

    def __init__(self, queue: JobQueue, failures: int = 0) -> None:
        for name, value in {"queue": queue, "failures": failures, "traces": []}.items():
            object.__setattr__(self, name, value)

    def run(self, more: int = 0) -> None:
        # The attributes are set past the frozen dataclass.
        job: Any = self
        job.traces.append(current_trace())
        if len(job.traces) <= job.failures:
            raise KeyError("oops")
        if more:
            job.queue.enqueue("traced", more=more - 1)


class TracedQueue:
    """A queue with the worker of the service, and its log."""

    def __init__(self, settings: Settings) -> None:
        self.redis = RedisStores(settings).queue
        self.queue = JobQueue(RedisStores(settings))
        self.log = RecordingHandler()

    def add_job(self, failures: int = 0) -> Any:
        worker._jobs["traced"] = job = TracedJob(self.queue, failures)
        return job

    def work(self) -> None:
        queues = [RqQueue(QUEUE_HIGH, connection=self.redis, serializer=JSONSerializer)]
        ReconnectingWorker(queues, connection=self.redis, serializer=JSONSerializer).work(burst=True)

    def get_waiting(self) -> rq.job.Job:
        (job,) = RqQueue(QUEUE_HIGH, connection=self.redis, serializer=JSONSerializer).jobs
        return job


@pytest.fixture
def traced_queue(redis_url: str, tmp_path: Path) -> Iterator[TracedQueue]:
    """Return a queue whose log is recorded."""
    traced_queue = TracedQueue(Settings(redis_url=redis_url, var=str(tmp_path)))
    factory, loggers = (
        logging.getLogRecordFactory(),
        [logging.getLogger(name) for name in ("shop.core.jobs.job", "rq.worker")],
    )
    logging.setLogRecordFactory(TracedRecord)
    for logger in loggers:
        logger.addHandler(traced_queue.log)
        logger.setLevel(logging.INFO)
    yield traced_queue
    for logger in loggers:
        logger.removeHandler(traced_queue.log)
        logger.setLevel(logging.NOTSET)
    logging.setLogRecordFactory(factory)
    worker._jobs.pop("traced", None)
    set_trace(None)


def enqueue_traced(traced_queue: TracedQueue, **arguments: Any) -> Trace:
    set_trace(trace := create_request_trace("mine-1", ""))
    traced_queue.queue.enqueue("traced", **arguments)
    set_trace(None)
    return trace


def test_a_job_and_the_jobs_it_enqueues_have_the_trace_of_the_request(traced_queue: TracedQueue) -> None:
    job = traced_queue.add_job()
    request_trace = enqueue_traced(traced_queue, more=2)

    traced_queue.work()

    traces = [(trace.request_id, trace.trace_id) for trace in job.traces]
    assert traces == [("mine-1", request_trace.trace_id)] * 3
    assert len({trace.job for trace in job.traces}) == 3


def test_log_records_of_a_job_name_the_request_and_the_job(traced_queue: TracedQueue) -> None:
    job = traced_queue.add_job()
    enqueue_traced(traced_queue)

    traced_queue.work()

    (done,) = [record for record in traced_queue.log.records if "is done" in record.getMessage()]
    assert (vars(done)["request_id"], vars(done)["job"]) == ("mine-1", job.traces[0].job)
    assert vars(done)["arguments"] == {}


def test_log_records_of_a_failed_job_name_the_request(traced_queue: TracedQueue) -> None:
    traced_queue.add_job(failures=9)
    enqueue_traced(traced_queue)

    traced_queue.work()

    failures = [record for record in traced_queue.log.records if record.levelno >= logging.ERROR]
    assert {vars(record)["request_id"] for record in failures} == {"mine-1"}


def test_a_retried_job_keeps_the_trace_of_its_request(traced_queue: TracedQueue) -> None:
    job = traced_queue.add_job(failures=1)
    enqueue_traced(traced_queue)
    traced_queue.work()

    with in_job("an operator", {}):
        assert traced_queue.queue.retry_failed(traced_queue.queue.list_failed()[0].job_id)
    traced_queue.work()

    assert [trace.request_id for trace in job.traces] == ["mine-1", "mine-1"]


def test_the_call_of_a_job_has_the_form_of_older_releases(traced_queue: TracedQueue) -> None:
    enqueue_traced(traced_queue, more=1)

    job = traced_queue.get_waiting()

    assert (job.func_name, job.args, job.kwargs) == (PERFORM, [], {"name": "traced", "arguments": {"more": 1}})


@pytest.mark.parametrize("meta", [None, {}, {"request_id": None}, {"trace_id": 7}])
def test_a_job_of_an_older_release_is_run(traced_queue: TracedQueue, meta: Any) -> None:
    job = traced_queue.add_job()
    queue = RqQueue(QUEUE_HIGH, connection=traced_queue.redis, serializer=JSONSerializer)
    queue.enqueue_call(PERFORM, kwargs={"name": "traced", "arguments": {}}, meta=meta)

    traced_queue.work()

    (trace,) = job.traces
    assert len(trace.request_id) == 32


def test_a_job_does_not_inherit_the_trace_of_the_previous_job(traced_queue: TracedQueue) -> None:
    job = traced_queue.add_job()
    enqueue_traced(traced_queue)
    traced_queue.queue.enqueue("traced")

    traced_queue.work()

    assert [trace.request_id == "mine-1" for trace in job.traces] == [True, False]
    assert current_trace() is None
