"""A job knows the request that asked for it, and nobody needs that to do it."""

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


class Errand(Job):
    """Remembers where it came from, and fails as often as it is told to."""

    name = "errand"

    def __init__(self, queue: JobQueue, failures: int = 0) -> None:
        for name, value in {"queue": queue, "failures": failures, "traces": []}.items():
            object.__setattr__(self, name, value)

    def run(self, more: int = 0) -> None:
        it: Any = self
        it.traces.append(current_trace())
        if len(it.traces) <= it.failures:
            raise KeyError("oops")
        if more:
            it.queue.enqueue("errand", more=more - 1)


class Office:
    """A queue, and a worker as the service runs it."""

    def __init__(self, settings: Settings) -> None:
        self.redis = RedisStores(settings).queue
        self.queue = JobQueue(RedisStores(settings))
        self.shelf = RecordingHandler()

    def take_on(self, failures: int = 0) -> Any:
        worker._jobs["errand"] = job = Errand(self.queue, failures)
        return job

    def work(self) -> None:
        queues = [RqQueue(QUEUE_HIGH, connection=self.redis, serializer=JSONSerializer)]
        ReconnectingWorker(queues, connection=self.redis, serializer=JSONSerializer).work(burst=True)

    def waiting(self) -> rq.job.Job:
        (job,) = RqQueue(QUEUE_HIGH, connection=self.redis, serializer=JSONSerializer).jobs
        return job


@pytest.fixture
def recording_log(redis_url: str, tmp_path: Path) -> Iterator[Office]:
    """One whose log can be read."""
    office = Office(Settings(redis_url=redis_url, var=str(tmp_path)))
    factory, loggers = (
        logging.getLogRecordFactory(),
        [logging.getLogger(name) for name in ("shop.core.jobs.job", "rq.worker")],
    )
    logging.setLogRecordFactory(TracedRecord)
    for logger in loggers:
        logger.addHandler(office.shelf)
        logger.setLevel(logging.INFO)
    yield office
    for logger in loggers:
        logger.removeHandler(office.shelf)
        logger.setLevel(logging.NOTSET)
    logging.setLogRecordFactory(factory)
    worker._jobs.pop("errand", None)
    set_trace(None)


def enqueue_errand(office: Office, **arguments: Any) -> Trace:
    set_trace(trace := create_request_trace("mine-1", ""))
    office.queue.enqueue("errand", **arguments)
    set_trace(None)
    return trace


def test_a_job_and_what_it_asks_for_work_for_the_request(recording_log: Office) -> None:
    job = recording_log.take_on()
    asked = enqueue_errand(recording_log, more=2)

    recording_log.work()

    traces = [(trace.request_id, trace.trace_id) for trace in job.traces]
    assert traces == [("mine-1", asked.trace_id)] * 3
    assert len({trace.job for trace in job.traces}) == 3


def test_what_a_job_logs_names_the_request_and_the_job(recording_log: Office) -> None:
    job = recording_log.take_on()
    enqueue_errand(recording_log)

    recording_log.work()

    (done,) = [record for record in recording_log.shelf.records if "is done" in record.getMessage()]
    assert (vars(done)["request_id"], vars(done)["job"]) == ("mine-1", job.traces[0].job)
    assert vars(done)["arguments"] == {}


def test_what_the_queue_says_of_a_job_that_failed_names_the_request_too(recording_log: Office) -> None:
    recording_log.take_on(failures=9)
    enqueue_errand(recording_log)

    recording_log.work()

    failures = [record for record in recording_log.shelf.records if record.levelno >= logging.ERROR]
    assert {vars(record)["request_id"] for record in failures} == {"mine-1"}


def test_a_job_that_failed_works_for_its_request_when_it_is_tried_again(recording_log: Office) -> None:
    job = recording_log.take_on(failures=1)
    enqueue_errand(recording_log)
    recording_log.work()

    with in_job("an operator", {}):
        assert recording_log.queue.retry_failed(recording_log.queue.list_failed()[0].job_id)
    recording_log.work()

    assert [trace.request_id for trace in job.traces] == ["mine-1", "mine-1"]


def test_a_worker_of_an_older_release_is_asked_as_ever(recording_log: Office) -> None:
    enqueue_errand(recording_log, more=1)

    job = recording_log.waiting()

    assert (job.func_name, job.args, job.kwargs) == (PERFORM, [], {"name": "errand", "arguments": {"more": 1}})


@pytest.mark.parametrize("meta", [None, {}, {"request_id": None}, {"trace_id": 7}])
def test_a_job_of_an_older_release_is_done(recording_log: Office, meta: Any) -> None:
    job = recording_log.take_on()
    queue = RqQueue(QUEUE_HIGH, connection=recording_log.redis, serializer=JSONSerializer)
    queue.enqueue_call(PERFORM, kwargs={"name": "errand", "arguments": {}}, meta=meta)

    recording_log.work()

    (trace,) = job.traces
    assert len(trace.request_id) == 32


def test_nothing_of_one_job_is_left_for_the_next(recording_log: Office) -> None:
    job = recording_log.take_on()
    enqueue_errand(recording_log)
    recording_log.queue.enqueue("errand")

    recording_log.work()

    assert [trace.request_id == "mine-1" for trace in job.traces] == [True, False]
    assert current_trace() is None
