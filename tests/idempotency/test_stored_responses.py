"""Which answers are kept, and what of them is sent again."""

from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from flask import abort
from sqlalchemy.exc import OperationalError

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.idempotency.recorder import BODY_KEPT_BYTES
from shop.exception_codes.item import ItemExceptionCode
from shop.exception_codes.order import OrderExceptionCode
from tests.idempotency.stub_routes import Bell, is_replay, plain


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
