"""Retries of jobs after transient errors, and the list of failed jobs."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rq import Queue as RqQueue
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import OperationalError

from shop import worker
from shop.core.database.engine import Database
from shop.core.errors import DuplicateRow
from shop.core.jobs.job import Job, run_with_retries
from shop.core.jobs.queue import QUEUE_HIGH, JobQueue
from shop.core.redis.stores import RedisError, RedisStores
from shop.core.settings.settings import Settings

TRANSIENT_ERRORS = [RedisError("gone"), DuplicateRow("there")]


class FailingJob(Job):
    """A job that raises the given errors, one in each run."""

    name = "failing"

    def __init__(self, database: Database, failures: list[Exception]) -> None:
        super().__init__(database)
        object.__setattr__(self, "failures", failures)
        object.__setattr__(self, "runs", [])

    def run(self, **arguments: Any) -> None:
        """Record the arguments, then fail while errors are left."""
        self.runs.append(arguments)  # type: ignore[attr-defined]  # set past the frozen dataclass
        if self.failures:  # type: ignore[attr-defined]  # the same
            raise self.failures.pop(0)  # type: ignore[attr-defined]  # the same


class RescheduledJob(FailingJob):
    """A job that the schedule repeats anyway."""

    rescheduled = True


class JobRunner:
    """A queue with a worker."""

    def __init__(self, settings: Settings) -> None:
        self.database, stores = Database(settings), RedisStores(settings)
        self.queue, self.redis = JobQueue(stores), stores.queue

    def run(self, kind: type[FailingJob], *failures: Exception) -> Any:
        """Enqueue a job that fails with these errors and run it."""
        job = kind(self.database, list(failures))
        worker._jobs["failing"] = job
        self.queue.enqueue("failing", number=7)
        self.work()
        return job

    def work(self) -> None:
        """Run all jobs of the queue."""
        queues = [RqQueue(QUEUE_HIGH, connection=self.redis, serializer=JSONSerializer)]
        SimpleWorker(queues, connection=self.redis, serializer=JSONSerializer).work(burst=True)


@pytest.fixture
def runner(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobRunner]:
    """Return a runner without pauses between the attempts."""
    monkeypatch.setattr("shop.core.jobs.job.PAUSES_SECONDS", (0.0, 0.0))
    yield JobRunner(Settings(redis_url=redis_url, var=str(tmp_path)))
    worker._jobs.pop("failing", None)


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_a_job_succeeds_within_three_attempts(runner: JobRunner, failures: int) -> None:
    job = runner.run(FailingJob, *TRANSIENT_ERRORS[:failures])

    assert job.runs == [{"number": 7}] * (failures + 1)
    assert runner.queue.list_failed() == []


def test_a_job_that_fails_three_times_is_kept_with_its_call_and_its_reason(runner: JobRunner) -> None:
    job = runner.run(FailingJob, *TRANSIENT_ERRORS, RedisError("still gone"))

    (failed,) = runner.queue.list_failed()
    assert len(job.runs) == 3
    assert failed.call == "failing {'number': 7}"
    assert failed.reason.endswith("RedisError: still gone")


def test_a_bug_is_not_retried_and_is_kept(runner: JobRunner) -> None:
    job = runner.run(FailingJob, KeyError("oops"))

    assert len(job.runs) == 1
    assert [failed.reason for failed in runner.queue.list_failed()] == ["KeyError: 'oops'"]


def test_a_rescheduled_job_is_not_kept_after_transient_errors(runner: JobRunner) -> None:
    job = runner.run(RescheduledJob, *TRANSIENT_ERRORS, *TRANSIENT_ERRORS)

    assert len(job.runs) == 3
    assert runner.queue.list_failed() == []


def test_a_bug_of_a_rescheduled_job_is_kept(runner: JobRunner) -> None:
    runner.run(RescheduledJob, KeyError("oops"))

    assert len(runner.queue.list_failed()) == 1


def test_a_failed_job_can_be_retried(runner: JobRunner) -> None:
    job = runner.run(FailingJob, KeyError("oops"))

    assert runner.queue.retry_failed(runner.queue.list_failed()[0].job_id)
    runner.work()

    assert len(job.runs) == 2
    assert runner.queue.list_failed() == []


def test_a_failed_job_can_be_discarded(runner: JobRunner) -> None:
    runner.run(FailingJob, KeyError("oops"))
    (failed,) = runner.queue.list_failed()

    assert runner.queue.discard_failed(failed.job_id)

    assert runner.queue.list_failed() == []
    assert not runner.queue.discard_failed(failed.job_id)
    assert not runner.queue.retry_failed(failed.job_id)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the pauses in seconds instead of sleeping."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    return pauses


def test_each_pause_is_between_half_and_all_of_its_maximum(pauses: list[float], tmp_path: Path) -> None:
    database = Database(Settings(var=str(tmp_path)))
    for _ in range(50):
        run_with_retries(FailingJob(database, [*TRANSIENT_ERRORS]), {})

    first, second = pauses[::2], pauses[1::2]
    assert len(first) == len(second) == 50
    assert 0.25 <= min(first) < max(first) <= 0.5
    assert 1.0 <= min(second) < max(second) <= 2.0


def test_each_retry_is_logged_with_the_job_and_its_error(
    pauses: list[float], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    job = RescheduledJob(Database(Settings(var=str(tmp_path))), [*TRANSIENT_ERRORS, RedisError("still gone")])

    assert run_with_retries(job, {"number": 7}) is None

    retries = [record for record in caplog.records if record.name == "shop.core.jobs.job"]
    assert [(record.levelno, record.getMessage()) for record in retries[:3]] == [
        (logging.WARNING, "A job will be tried again: gone"),
        (logging.WARNING, f"A job will be tried again: {TRANSIENT_ERRORS[1]}"),
        (logging.ERROR, "A job is left to the schedule"),
    ]
    assert {(vars(record)["subject"], vars(record)["arguments"]["number"]) for record in retries[:3]} == {
        ("failing", 7)
    }
    assert len(pauses) == 2


def test_an_argument_may_have_the_name_of_a_parameter_of_tenacity(tmp_path: Path) -> None:
    job: Any = FailingJob(Database(Settings(var=str(tmp_path))), [])

    run_with_retries(job, {"fn": 1, "args": 2})

    assert job.runs == [{"fn": 1, "args": 2}]


def test_the_reason_of_a_failed_job_is_the_first_line_of_its_error(runner: JobRunner) -> None:
    error = OperationalError("SELECT 1\nFROM items", {}, ConnectionError("gone"))
    assert str(error).splitlines()[-1].startswith("(Background on this error")

    runner.run(FailingJob, error, error, error)

    (failed,) = runner.queue.list_failed()
    assert failed.reason == "sqlalchemy.exc.OperationalError: (builtins.ConnectionError) gone"
