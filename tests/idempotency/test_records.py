"""How long records live, and who may forget them."""

import time
from threading import Thread
from typing import Any

import pytest

from shop.jobs.idempotency_record import PurgeIdempotencyRecordsJob
from shop.repositories.idempotency_record import IdempotencyRecordRepository
from tests.idempotency.conftest import MakeStubRoutes
from tests.idempotency.stub_routes import StubRoutes, is_replay


def test_a_key_ends_and_can_be_used_for_something_else(make_stub_routes: MakeStubRoutes) -> None:
    bell = make_stub_routes(idempotency_ttl=1)
    bell.post({"a": 1}, "k")
    time.sleep(1.1)

    answer = bell.post({"a": 2}, "k")

    assert (answer.status_code, is_replay(answer), len(bell.received)) == (200, False, 2)
    assert is_replay(bell.post({"a": 2}, "k"))


def test_a_record_that_cannot_be_read_is_told_once_and_then_forgotten(stub_routes: StubRoutes) -> None:
    stub_routes.post(key="k")
    stub_routes.shop.change_row("UPDATE idempotency_records SET headers = 'nonsense' WHERE `key` = 'k'")

    assert (stub_routes.post(key="k").get_json() or {})["code"] == 500001
    assert stub_routes.post(key="k").status_code == 200

    assert len(stub_routes.received) == 2


def test_whoever_forgets_an_old_record_leaves_the_one_that_took_its_place(
    stub_routes: StubRoutes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub_routes.post(key="k")
    stub_routes.expire("k")
    remove = IdempotencyRecordRepository.remove

    def remove_late(records: IdempotencyRecordRepository, *place: Any) -> None:
        # Between our look and our hand somebody else has used the key anew.
        monkeypatch.setattr(IdempotencyRecordRepository, "remove", remove)
        other = Thread(target=stub_routes.expire, args=("k", -9))
        other.start()
        other.join()
        remove(records, *place)

    monkeypatch.setattr(IdempotencyRecordRepository, "remove", remove_late)

    assert is_replay(stub_routes.post(key="k"))


def test_the_purge_forgets_what_has_ended_and_nothing_else(
    stub_routes: StubRoutes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.services.idempotency_record.PURGE_BATCH", 2)
    job = stub_routes.shop.container.get(PurgeIdempotencyRecordsJob)
    for number in range(5):
        stub_routes.post(key=f"old-{number}")
    for number in range(5):
        stub_routes.expire(f"old-{number}")
    stub_routes.post(key="young")

    assert job.purge() == 2
    assert (stub_routes.shop.cli("purge").output, job.run()) == ("3 records forgotten.\n", 0)
    assert is_replay(stub_routes.post(key="young"))


def test_the_purge_leaves_a_key_that_was_used_anew_since_it_looked(
    stub_routes: StubRoutes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub_routes.post(key="k")
    looked = [tuple(row) for row in stub_routes.shop.rows("SELECT tenant_id, scope, `key` FROM idempotency_records")]
    monkeypatch.setattr(IdempotencyRecordRepository, "find_expired", lambda *_: looked)

    assert stub_routes.shop.container.get(PurgeIdempotencyRecordsJob).purge() == 0

    assert is_replay(stub_routes.post(key="k"))


def test_the_log_knows_a_digest_of_the_key_only(stub_routes: StubRoutes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        stub_routes.post_twice("secret-key")

    said = [message for message in caplog.messages if "Idempotency key" in message]
    assert [message.rpartition(" ")[2] for message in said] == ["executed", "replayed"]
    assert "secret-key" not in caplog.text
