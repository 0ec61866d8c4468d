"""Which answers are kept, and what of them is sent again."""

import time
from collections.abc import Callable
from threading import Thread
from typing import Any, NoReturn

import pytest
from flask import abort
from sqlalchemy.exc import OperationalError

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.seal import BODY_KEPT_BYTES
from shop.exception_codes.item import ItemExceptionCode
from shop.exception_codes.order import OrderExceptionCode
from shop.jobs.idempotency_record import PurgeIdempotencyRecordsJob
from shop.repositories.idempotency_record import IdempotencyRecordRepository
from tests.idempotency.bell import Bell, is_replay, plain
from tests.idempotency.conftest import MakeBell


def refusing(error: Exception) -> Callable[[], NoReturn]:
    """A handler that refuses."""

    def refuse() -> NoReturn:
        raise error

    return refuse


def test_a_replay_has_the_same_status_and_bytes_and_says_what_it_is(bell: Bell) -> None:
    first, again = bell.again("my-key")

    assert len(bell.rung) == 1
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert not is_replay(first)
    assert (again.headers["Idempotency-Relayed"], again.headers["Idempotent-Replayed"]) == ("my-key", "true")
    assert "Idempotency-Replay" not in again.headers


def test_headers_of_the_answer_are_kept_and_headers_of_one_sending_are_not(bell: Bell) -> None:
    dropped = {"Set_Cookie": "a=b", "Date": "long ago", "Server": "s", "X_Request_Id": "1", "RateLimit_Limit": "9",
               "Access_Control_Allow_Origin": "*", "WWW_Authenticate": "Basic", "Retry_After": "1"}  # fmt: skip
    bell.answers = lambda: plain(201, b"made", Location="/there", ETag='"1"', Content_Type="text/plain", **dropped)

    first, again = bell.again()

    assert again.data == first.data == b"made"
    assert {name: again.headers[name] for name in ("Location", "ETag", "Content-Type", "Content-Length")} == {
        "Location": "/there", "ETag": '"1"', "Content-Type": "text/plain", "Content-Length": "4"
    }  # fmt: skip
    for name in dropped:
        assert again.headers.get(name.replace("_", "-")) != first.headers[name.replace("_", "-")]


@pytest.mark.parametrize(
    "refusal",
    [
        refusing(ShopError(ItemExceptionCode.NOT_FOUND, item_id=1)),
        lambda: abort(404),
        lambda: abort(410),
        lambda: plain(400, b"no"),
        lambda: plain(303, b"", Location="/elsewhere"),
    ],
)
def test_what_the_handler_itself_decided_is_kept(bell: Bell, refusal: Callable[[], Any]) -> None:
    bell.answers = refusal

    first, again = bell.again()

    assert len(bell.rung) == 1
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert is_replay(again)


@pytest.mark.parametrize("status", [401, 403, 408, 409, 423, 425, 429, 500, 502, 503])
def test_what_may_be_otherwise_in_a_moment_is_not_kept(bell: Bell, status: int) -> None:
    bell.answers = lambda: plain(status, b"no")

    _, again = bell.again()

    assert (len(bell.rung), is_replay(again)) == (2, False)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ShopError(OrderExceptionCode.ORDER_CLOSED, order_id="x", order_status="rejected"), 409),
        (ShopError(CoreExceptionCode.FORBIDDEN), 403),
        (ShopError(CoreExceptionCode.REDIS_UNAVAILABLE, retry_after=1), 503),
        (RuntimeError("a mistake of ours"), 500),
        (OperationalError("SELECT 1", {}, Exception(1290, "read only")), 503),
    ],
)
def test_a_failure_that_may_pass_is_not_kept_and_the_next_try_runs(bell: Bell, error: Exception, status: int) -> None:
    bell.answers = refusing(error)
    assert bell.post(key="k").status_code == status

    bell.answers = lambda: {"well": True}
    again = bell.post(key="k")

    assert (again.status_code, is_replay(again), len(bell.rung)) == (200, False, 2)


def test_a_body_that_is_too_large_is_left_out_of_the_replay(bell: Bell) -> None:
    bell.answers = lambda: plain(200, b"x" * (BODY_KEPT_BYTES + 1))

    first, again = bell.again()

    assert len(first.data) == BODY_KEPT_BYTES + 1
    assert (again.status_code, again.data, again.headers["Idempotency-Replay"]) == (200, b"", "omitted")
    assert len(bell.rung) == 1


def test_the_largest_body_that_is_kept_is_kept(bell: Bell) -> None:
    bell.answers = lambda: plain(200, b"x" * BODY_KEPT_BYTES)

    first, again = bell.again()

    assert again.data == first.data
    assert "Idempotency-Replay" not in again.headers


def test_a_streamed_body_is_left_out_of_the_replay(bell: Bell) -> None:
    bell.answers = lambda: plain(200, (part for part in (b"a", b"b")))

    first, again = bell.again()

    assert first.data == b"ab"
    assert (again.data, again.headers["Idempotency-Replay"], len(bell.rung)) == (b"", "omitted", 1)


def test_a_key_ends_and_can_be_used_for_something_else(make_bell: MakeBell) -> None:
    bell = make_bell(idempotency_ttl=1)
    bell.post({"a": 1}, "k")
    time.sleep(1.1)

    answer = bell.post({"a": 2}, "k")

    assert (answer.status_code, is_replay(answer), len(bell.rung)) == (200, False, 2)
    assert is_replay(bell.post({"a": 2}, "k"))


def test_a_record_that_cannot_be_read_is_told_once_and_then_forgotten(bell: Bell) -> None:
    bell.post(key="k")
    bell.shop.change("UPDATE idempotency_records SET headers = 'nonsense' WHERE `key` = 'k'")

    assert (bell.post(key="k").get_json() or {})["code"] == 500001
    assert bell.post(key="k").status_code == 200

    assert len(bell.rung) == 2


def test_whoever_forgets_an_old_record_leaves_the_one_that_took_its_place(
    bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    bell.post(key="k")
    bell.expire("k")
    remove = IdempotencyRecordRepository.remove

    def remove_late(records: IdempotencyRecordRepository, *place: Any) -> None:
        # Between our look and our hand somebody else has used the key anew.
        monkeypatch.setattr(IdempotencyRecordRepository, "remove", remove)
        other = Thread(target=bell.expire, args=("k", -9))
        other.start()
        other.join()
        remove(records, *place)

    monkeypatch.setattr(IdempotencyRecordRepository, "remove", remove_late)

    assert is_replay(bell.post(key="k"))


def test_the_purge_forgets_what_has_ended_and_nothing_else(bell: Bell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.services.idempotency_record.PURGE_BATCH", 2)
    job = bell.shop.container.get(PurgeIdempotencyRecordsJob)
    for number in range(5):
        bell.post(key=f"old-{number}")
    for number in range(5):
        bell.expire(f"old-{number}")
    bell.post(key="young")

    assert job.purge() == 2
    assert (bell.shop.cli("purge").output, job.run()) == ("3 records forgotten.\n", 0)
    assert is_replay(bell.post(key="young"))


def test_the_purge_leaves_a_key_that_was_used_anew_since_it_looked(bell: Bell, monkeypatch: pytest.MonkeyPatch) -> None:
    bell.post(key="k")
    looked = [tuple(row) for row in bell.shop.rows("SELECT tenant_id, scope, `key` FROM idempotency_records")]
    monkeypatch.setattr(IdempotencyRecordRepository, "find_expired", lambda *_: looked)

    assert bell.shop.container.get(PurgeIdempotencyRecordsJob).purge() == 0

    assert is_replay(bell.post(key="k"))


def test_the_log_knows_a_digest_of_the_key_only(bell: Bell, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        bell.again("secret-key")

    said = [message for message in caplog.messages if "Idempotency key" in message]
    assert [message.rpartition(" ")[2] for message in said] == ["executed", "replayed"]
    assert "secret-key" not in caplog.text
