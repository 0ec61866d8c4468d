"""Two requests with one key, where one comes between two steps of the other."""

from threading import Thread

import pytest
from werkzeug.test import TestResponse

from shop.core.idempotency.record import Ticket
from shop.services.idempotency_record import IdempotencyRecordService
from tests.idempotency.stub_routes import Bell, is_replay


def meanwhile(bell: Bell, key: str) -> TestResponse:
    """The answer to a whole request of somebody else."""
    answers: list[TestResponse] = []
    other = Thread(target=lambda: answers.append(bell.post(key=key)))
    other.start()
    other.join()
    return answers[0]


def test_one_that_finished_before_the_lease_was_ours_is_seen(bell: Bell, monkeypatch: pytest.MonkeyPatch) -> None:
    lease, first = IdempotencyRecordService.lease, []

    def lease_late(keeper: IdempotencyRecordService, ticket: Ticket, token: str) -> str | None:
        monkeypatch.setattr(IdempotencyRecordService, "lease", lease)
        first.append(meanwhile(bell, ticket.key))
        return lease(keeper, ticket, token)

    monkeypatch.setattr(IdempotencyRecordService, "lease", lease_late)
    answer = bell.post(key="k")

    assert len(bell.rung) == 1
    assert (is_replay(answer), answer.data) == (True, first[0].data)


def test_a_lease_that_ended_while_its_owner_slept_is_not_given_back_by_it(bell: Bell) -> None:
    def sleep_and_be_taken_over() -> dict[str, bool]:
        (name,) = bell.shop.redis.keys("*:idempotency:*")
        bell.shop.redis.set(name, "another|POST elsewhere")
        return {"well": True}

    bell.answers = sleep_and_be_taken_over
    bell.post(key="k")

    names = bell.shop.redis.keys("*:idempotency:*")
    assert [bell.shop.redis.get(name) for name in names] == ["another|POST elsewhere"]


def test_a_lease_is_given_back_whatever_became_of_the_request(bell: Bell) -> None:
    def fail() -> None:
        raise RuntimeError

    bell.answers = fail

    assert bell.post(key="k").status_code == 500
    assert bell.shop.redis.keys("*:idempotency:*") == []
