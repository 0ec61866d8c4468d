"""Lifetime and deletion of idempotency records."""

from threading import Thread
from typing import Any

import pytest

from shop.jobs.idempotency_record import PurgeIdempotencyRecordsJob
from shop.repositories.idempotency_record import IdempotencyRecordRepository
from tests.idempotency.conftest import MakeStubRoutes
from tests.idempotency.stub_routes import StubRoutes, is_replay


def test_an_expired_key_can_be_used_for_another_request(make_stub_routes: MakeStubRoutes) -> None:
    routes = make_stub_routes(idempotency_ttl=60)
    routes.post({"a": 1}, "k")
    routes.expire("k")

    response = routes.post({"a": 2}, "k")

    assert (response.status_code, is_replay(response), len(routes.received)) == (200, False, 2)
    assert is_replay(routes.post({"a": 2}, "k"))


def test_a_corrupt_record_is_reported_once_and_deleted(stub_routes: StubRoutes) -> None:
    stub_routes.post(key="k")
    stub_routes.shop.change_row("UPDATE idempotency_records SET headers = 'nonsense' WHERE `key` = 'k'")

    assert (stub_routes.post(key="k").get_json() or {})["code"] == 500001
    assert stub_routes.post(key="k").status_code == 200

    assert len(stub_routes.received) == 2


def test_the_deletion_of_an_expired_record_keeps_its_successor(
    stub_routes: StubRoutes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub_routes.post(key="k")
    stub_routes.expire("k")
    remove = IdempotencyRecordRepository.remove

    def remove_late(records: IdempotencyRecordRepository, *arguments: Any) -> None:
        # Between the lookup and the deletion another request has used the key again.
        monkeypatch.setattr(IdempotencyRecordRepository, "remove", remove)
        thread = Thread(target=stub_routes.expire, args=("k", -9))
        thread.start()
        thread.join()
        remove(records, *arguments)

    monkeypatch.setattr(IdempotencyRecordRepository, "remove", remove_late)

    assert is_replay(stub_routes.post(key="k"))


def test_the_purge_deletes_expired_records_only(stub_routes: StubRoutes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.services.idempotency_record.PURGE_BATCH", 2)
    job = stub_routes.shop.container.get(PurgeIdempotencyRecordsJob)
    for number in range(5):
        stub_routes.post(key=f"old-{number}")
    for number in range(5):
        stub_routes.expire(f"old-{number}")
    stub_routes.post(key="young")

    assert job.purge() == 2
    assert (stub_routes.shop.cli("purge").output, job.run()) == ("3 records deleted.\n", 0)
    assert is_replay(stub_routes.post(key="young"))


def test_the_purge_keeps_a_key_that_was_used_again_since_its_lookup(
    stub_routes: StubRoutes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub_routes.post(key="k")
    expired = [tuple(row) for row in stub_routes.shop.rows("SELECT tenant_id, scope, `key` FROM idempotency_records")]
    monkeypatch.setattr(IdempotencyRecordRepository, "find_expired", lambda *_: expired)

    assert stub_routes.shop.container.get(PurgeIdempotencyRecordsJob).purge() == 0

    assert is_replay(stub_routes.post(key="k"))


def test_the_log_contains_only_a_digest_of_the_key(stub_routes: StubRoutes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        stub_routes.post_twice("secret-key")

    messages = [message for message in caplog.messages if "Idempotency key" in message]
    assert [message.rpartition(" ")[2] for message in messages] == ["executed", "replayed"]
    assert "secret-key" not in caplog.text
