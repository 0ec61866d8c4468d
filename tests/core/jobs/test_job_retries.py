"""A job is done again while what stops it can pass; what cannot pass is kept for an operator."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rq import Queue as RqQueue
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from shop import worker
from shop.core.database.engine import Database
from shop.core.errors import DuplicateRow
from shop.core.jobs.job import Job
from shop.core.jobs.queue import QUEUE_HIGH, JobQueue
from shop.core.redis.stores import RedisError, RedisStores
from shop.core.settings.settings import Settings

PASSING = [RedisError("gone"), DuplicateRow("there")]


class Errand(Job):
    """Fails as often as it is told to."""

    name = "errand"

    def __init__(self, database: Database, failures: list[Exception]) -> None:
        super().__init__(database)
        object.__setattr__(self, "failures", failures)
        object.__setattr__(self, "ran", [])

    def run(self, **words: Any) -> None:
        """Fail, or remember what was said."""
        self.ran.append(words)  # type: ignore[attr-defined]  # set past the frozen dataclass
        if self.failures:  # type: ignore[attr-defined]  # the same
            raise self.failures.pop(0)  # type: ignore[attr-defined]  # the same


class Patrol(Errand):
    """The schedule asks for it again anyway."""

    rescheduled = True


class Office:
    """A queue, and somebody who does what is asked."""

    def __init__(self, settings: Settings) -> None:
        self.database, stores = Database(settings), RedisStores(settings)
        self.queue, self.redis = JobQueue(stores), stores.queue

    def do(self, kind: type[Errand], *failures: Exception) -> Any:
        """Ask for a job that fails like that, and have it done; the job."""
        job = kind(self.database, list(failures))
        worker._jobs["errand"] = job
        self.queue.enqueue("errand", number=7)
        self.work()
        return job

    def work(self) -> None:
        """Do what was asked."""
        queues = [RqQueue(QUEUE_HIGH, connection=self.redis, serializer=JSONSerializer)]
        SimpleWorker(queues, connection=self.redis, serializer=JSONSerializer).work(burst=True)


@pytest.fixture
def recording_log(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office without pauses."""
    monkeypatch.setattr("shop.core.jobs.job.PAUSES_SECONDS", (0.0, 0.0))
    yield Office(Settings(redis_url=redis_url, var=str(tmp_path)))
    worker._jobs.pop("errand", None)


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_a_job_is_tried_three_times(recording_log: Office, failures: int) -> None:
    job = recording_log.do(Errand, *PASSING[:failures])

    assert job.ran == [{"number": 7}] * (failures + 1)
    assert recording_log.queue.list_failed() == []


def test_a_job_that_fails_three_times_is_kept_with_its_call_and_its_reason(recording_log: Office) -> None:
    job = recording_log.do(Errand, *PASSING, RedisError("still gone"))

    (kept,) = recording_log.queue.list_failed()
    assert len(job.ran) == 3
    assert kept.call == "errand {'number': 7}"
    assert kept.reason.endswith("RedisError: still gone")


def test_a_bug_is_not_tried_again_and_is_kept(recording_log: Office) -> None:
    job = recording_log.do(Errand, KeyError("oops"))

    assert len(job.ran) == 1
    assert [kept.reason for kept in recording_log.queue.list_failed()] == ["KeyError: 'oops'"]


def test_a_job_that_is_asked_for_again_anyway_is_not_kept(recording_log: Office) -> None:
    job = recording_log.do(Patrol, *PASSING, *PASSING)

    assert len(job.ran) == 3
    assert recording_log.queue.list_failed() == []


def test_a_bug_is_kept_even_of_a_job_that_is_asked_for_again(recording_log: Office) -> None:
    recording_log.do(Patrol, KeyError("oops"))

    assert len(recording_log.queue.list_failed()) == 1


def test_a_job_that_was_kept_can_be_asked_for_again(recording_log: Office) -> None:
    job = recording_log.do(Errand, KeyError("oops"))

    assert recording_log.queue.retry_failed(recording_log.queue.list_failed()[0].job_id)
    recording_log.work()

    assert len(job.ran) == 2
    assert recording_log.queue.list_failed() == []


def test_a_job_that_was_kept_can_be_forgotten(recording_log: Office) -> None:
    recording_log.do(Errand, KeyError("oops"))
    (kept,) = recording_log.queue.list_failed()

    assert recording_log.queue.discard_failed(kept.job_id)

    assert recording_log.queue.list_failed() == []
    assert not recording_log.queue.discard_failed(kept.job_id)
    assert not recording_log.queue.retry_failed(kept.job_id)
