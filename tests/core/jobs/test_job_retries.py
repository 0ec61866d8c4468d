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
from shop.core.jobs.queue import QUEUE_HIGH, Queue
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

    asked_again = True


class Office:
    """A queue, and somebody who does what is asked."""

    def __init__(self, settings: Settings) -> None:
        self.database, stores = Database(settings), RedisStores(settings)
        self.queue, self.redis = Queue(stores), stores.queue

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
def office(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office without pauses."""
    monkeypatch.setattr("shop.core.jobs.job.PAUSES_SECONDS", (0.0, 0.0))
    yield Office(Settings(redis_url=redis_url, var=str(tmp_path)))
    worker._jobs.pop("errand", None)


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_a_job_is_tried_three_times(office: Office, failures: int) -> None:
    job = office.do(Errand, *PASSING[:failures])

    assert job.ran == [{"number": 7}] * (failures + 1)
    assert office.queue.failed() == []


def test_a_job_that_fails_three_times_is_kept_with_its_call_and_its_reason(office: Office) -> None:
    job = office.do(Errand, *PASSING, RedisError("still gone"))

    (kept,) = office.queue.failed()
    assert len(job.ran) == 3
    assert kept.call == "errand {'number': 7}"
    assert kept.why.endswith("RedisError: still gone")


def test_a_bug_is_not_tried_again_and_is_kept(office: Office) -> None:
    job = office.do(Errand, KeyError("oops"))

    assert len(job.ran) == 1
    assert [kept.why for kept in office.queue.failed()] == ["KeyError: 'oops'"]


def test_a_job_that_is_asked_for_again_anyway_is_not_kept(office: Office) -> None:
    job = office.do(Patrol, *PASSING, *PASSING)

    assert len(job.ran) == 3
    assert office.queue.failed() == []


def test_a_bug_is_kept_even_of_a_job_that_is_asked_for_again(office: Office) -> None:
    office.do(Patrol, KeyError("oops"))

    assert len(office.queue.failed()) == 1


def test_a_job_that_was_kept_can_be_asked_for_again(office: Office) -> None:
    job = office.do(Errand, KeyError("oops"))

    assert office.queue.retry(office.queue.failed()[0].job_id)
    office.work()

    assert len(job.ran) == 2
    assert office.queue.failed() == []


def test_a_job_that_was_kept_can_be_forgotten(office: Office) -> None:
    office.do(Errand, KeyError("oops"))
    (kept,) = office.queue.failed()

    assert office.queue.forget(kept.job_id)

    assert office.queue.failed() == []
    assert not office.queue.forget(kept.job_id)
    assert not office.queue.retry(kept.job_id)
