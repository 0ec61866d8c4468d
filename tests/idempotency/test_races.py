"""Two requests with one key, where one comes between two steps of the other."""

from threading import Thread

import pytest
from werkzeug.test import TestResponse

from shop.core.idempotency.record import IdempotencyKey
from shop.services.idempotency_record import IdempotencyRecordService
from tests.idempotency.stub_routes import StubRoutes, is_replay


def meanwhile(bell: StubRoutes, key: str) -> TestResponse:
    """The answer to a whole request of somebody else."""
    answers: list[TestResponse] = []
    other = Thread(target=lambda: answers.append(bell.post(key=key)))
    other.start()
    other.join()
    return answers[0]


def test_one_that_finished_before_the_lease_was_ours_is_seen(
    stub_routes: StubRoutes, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease, first = IdempotencyRecordService.lease, []

    def lease_late(keeper: IdempotencyRecordService, ticket: IdempotencyKey, token: str) -> str | None:
        monkeypatch.setattr(IdempotencyRecordService, "lease", lease)
        first.append(meanwhile(stub_routes, ticket.value))
        return lease(keeper, ticket, token)

    monkeypatch.setattr(IdempotencyRecordService, "lease", lease_late)
    answer = stub_routes.post(key="k")

    assert len(stub_routes.received) == 1
    assert (is_replay(answer), answer.data) == (True, first[0].data)


def test_a_lease_that_ended_while_its_owner_slept_is_not_given_back_by_it(stub_routes: StubRoutes) -> None:
    def sleep_and_be_taken_over() -> dict[str, bool]:
        (name,) = stub_routes.shop.redis.keys("*:idempotency:*")
        stub_routes.shop.redis.set(name, "another|POST elsewhere")
        return {"well": True}

    stub_routes.answers = sleep_and_be_taken_over
    stub_routes.post(key="k")

    names = stub_routes.shop.redis.keys("*:idempotency:*")
    assert [stub_routes.shop.redis.get(name) for name in names] == ["another|POST elsewhere"]


def test_a_lease_is_given_back_whatever_became_of_the_request(stub_routes: StubRoutes) -> None:
    def fail() -> None:
        raise RuntimeError

    stub_routes.answers = fail

    assert stub_routes.post(key="k").status_code == 500
    assert stub_routes.shop.redis.keys("*:idempotency:*") == []
