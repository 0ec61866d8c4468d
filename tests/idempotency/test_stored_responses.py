"""Stored responses and their replays."""

from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from flask import abort
from sqlalchemy.exc import OperationalError

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.idempotency.recorder import STORED_BODY_MAX_BYTES
from shop.exception_codes.item import ItemExceptionCode
from shop.exception_codes.order import OrderExceptionCode
from tests.idempotency.stub_routes import StubRoutes, is_replay, plain


def refusing(error: Exception) -> Callable[[], NoReturn]:
    """Create a view that raises the error."""

    def refuse() -> NoReturn:
        raise error

    return refuse


def test_a_replay_has_the_same_status_and_body_and_is_marked(stub_routes: StubRoutes) -> None:
    first, again = stub_routes.post_twice("my-key")

    assert len(stub_routes.received) == 1
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert not is_replay(first)
    assert (again.headers["Idempotency-Relayed"], again.headers["Idempotent-Replayed"]) == ("my-key", "true")
    assert "Idempotency-Replay" not in again.headers


def test_headers_of_the_response_are_stored_and_transmission_headers_are_not(stub_routes: StubRoutes) -> None:
    dropped = {"Set_Cookie": "a=b", "Date": "long ago", "Server": "s", "X_Request_Id": "1", "RateLimit_Limit": "9",
               "Access_Control_Allow_Origin": "*", "WWW_Authenticate": "Basic", "Retry_After": "1"}  # fmt: skip
    stub_routes.make_response = lambda: plain(
        201, b"made", Location="/there", ETag='"1"', Content_Type="text/plain", **dropped
    )

    first, again = stub_routes.post_twice()

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
def test_a_decision_of_the_view_is_stored(stub_routes: StubRoutes, refusal: Callable[[], Any]) -> None:
    stub_routes.make_response = refusal

    first, again = stub_routes.post_twice()

    assert len(stub_routes.received) == 1
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert is_replay(again)


@pytest.mark.parametrize("status", [401, 403, 408, 409, 423, 425, 429, 500, 502, 503])
def test_a_temporary_failure_is_not_stored(stub_routes: StubRoutes, status: int) -> None:
    stub_routes.make_response = lambda: plain(status, b"no")

    _, again = stub_routes.post_twice()

    assert (len(stub_routes.received), is_replay(again)) == (2, False)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ShopError(OrderExceptionCode.ORDER_CLOSED, order_id="x", order_status="rejected"), 409),
        (ShopError(CoreExceptionCode.FORBIDDEN), 403),
        (ShopError(CoreExceptionCode.REDIS_UNAVAILABLE, retry_after=1), 503),
        (RuntimeError("a bug"), 500),
        (OperationalError("SELECT 1", {}, Exception(1290, "read only")), 503),
    ],
)
def test_after_a_temporary_error_the_next_attempt_runs(stub_routes: StubRoutes, error: Exception, status: int) -> None:
    stub_routes.make_response = refusing(error)
    assert stub_routes.post(key="k").status_code == status

    stub_routes.make_response = lambda: {"well": True}
    again = stub_routes.post(key="k")

    assert (again.status_code, is_replay(again), len(stub_routes.received)) == (200, False, 2)


def test_a_body_that_is_too_large_is_left_out_of_the_replay(stub_routes: StubRoutes) -> None:
    stub_routes.make_response = lambda: plain(200, b"x" * (STORED_BODY_MAX_BYTES + 1))

    first, again = stub_routes.post_twice()

    assert len(first.data) == STORED_BODY_MAX_BYTES + 1
    assert (again.status_code, again.data, again.headers["Idempotency-Replay"]) == (200, b"", "omitted")
    assert len(stub_routes.received) == 1


def test_a_body_of_the_maximum_size_is_stored(stub_routes: StubRoutes) -> None:
    stub_routes.make_response = lambda: plain(200, b"x" * STORED_BODY_MAX_BYTES)

    first, again = stub_routes.post_twice()

    assert again.data == first.data
    assert "Idempotency-Replay" not in again.headers


def test_a_streamed_body_is_left_out_of_the_replay(stub_routes: StubRoutes) -> None:
    stub_routes.make_response = lambda: plain(200, (part for part in (b"a", b"b")))

    first, again = stub_routes.post_twice()

    assert first.data == b"ab"
    assert (again.data, again.headers["Idempotency-Replay"], len(stub_routes.received)) == (b"", "omitted", 1)
