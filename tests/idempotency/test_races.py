"""Races of two requests with one key."""

from threading import Thread

import pytest
from werkzeug.test import TestResponse

from shop.core.idempotency.record import IdempotencyKey
from shop.services.idempotency_record import IdempotencyRecordService
from tests.idempotency.stub_routes import StubRoutes, is_replay


def send_concurrently(routes: StubRoutes, key: str) -> TestResponse:
    """Send a request from another thread and wait for its response."""
    responses: list[TestResponse] = []
    thread = Thread(target=lambda: responses.append(routes.post(key=key)))
    thread.start()
    thread.join()
    return responses[0]


def test_a_request_that_finished_before_the_lease_is_replayed(
    stub_routes: StubRoutes, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease, first = IdempotencyRecordService.lease, []

    def lease_late(store: IdempotencyRecordService, key: IdempotencyKey, token: str) -> str | None:
        monkeypatch.setattr(IdempotencyRecordService, "lease", lease)
        first.append(send_concurrently(stub_routes, key.value))
        return lease(store, key, token)

    monkeypatch.setattr(IdempotencyRecordService, "lease", lease_late)
    response = stub_routes.post(key="k")

    assert len(stub_routes.received) == 1
    assert (is_replay(response), response.data) == (True, first[0].data)


def test_a_request_does_not_release_the_lease_of_another_request(stub_routes: StubRoutes) -> None:
    def replace_lease() -> dict[str, bool]:
        (name,) = stub_routes.shop.redis.keys("*:idempotency:*")
        stub_routes.shop.redis.set(name, "another|POST elsewhere")
        return {"well": True}

    stub_routes.make_response = replace_lease
    stub_routes.post(key="k")

    names = stub_routes.shop.redis.keys("*:idempotency:*")
    assert [stub_routes.shop.redis.get(name) for name in names] == ["another|POST elsewhere"]


def test_a_lease_is_released_after_a_failure(stub_routes: StubRoutes) -> None:
    def fail() -> None:
        raise RuntimeError

    stub_routes.make_response = fail

    assert stub_routes.post(key="k").status_code == 500
    assert stub_routes.shop.redis.keys("*:idempotency:*") == []
