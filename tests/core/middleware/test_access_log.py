"""Requests are logged whatever becomes of them, and logging fails no request."""

import logging
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import orjson
import pytest
from flask import Flask, request
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from shop.core.api.setup import configure_app
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.body import read_body
from shop.core.logging.entry import CUSTOM_FIELDS
from shop.core.logging.redaction import Redactor
from shop.core.logging.setup import TracedRecord
from shop.core.middleware.access_log import serve_access_log
from shop.core.settings.settings import Settings
from shop.core.trace import Trace, current_trace
from tests.core.logging.recording_sinks import RecordingHandler

LOGGER = "shop.core.middleware.access_log"
FAILURES: list[tuple[Exception, int]] = [
    (ShopError(CoreExceptionCode.TOO_MANY_REQUESTS, seconds=3, retry_after=3), 429),
    (OperationalError("SELECT 1", {"password": "Hunter-2"}, Exception("gone")), 503),
    (RedisConnectionError("gone"), 503),
    (RuntimeError("nobody expected this"), 500),
]


@pytest.fixture
def recording_handler() -> Iterator[RecordingHandler]:
    """What was logged of requests."""
    shelf, factory = RecordingHandler(), logging.getLogRecordFactory()
    logging.setLogRecordFactory(TracedRecord)
    logger = logging.getLogger(LOGGER)
    logger.addHandler(shelf)
    logger.setLevel(logging.INFO)
    yield shelf
    logger.removeHandler(shelf)
    logger.setLevel(logging.NOTSET)
    logging.setLogRecordFactory(factory)


def send_request(
    view: Callable[[], Any], settings: Settings | None = None, path: str = "/it", **said: Any
) -> TestResponse:
    app, settings = Flask("test"), settings or Settings()
    serve_access_log(app, settings)
    configure_app(app, settings)
    app.add_url_rule("/it", view_func=view, endpoint="it", methods=["GET", "POST"])
    return app.test_client().open(path, **said)


def last_entry(shelf: RecordingHandler) -> dict[str, Any]:
    record: Any = shelf.records[-1]
    entry: dict[str, Any] = record.tell(Redactor())
    return entry


@pytest.mark.parametrize(("failure", "status"), FAILURES)
def test_whatever_fails_is_logged_and_tells_its_id(
    recording_handler: RecordingHandler, failure: Exception, status: int
) -> None:
    def fail() -> NoReturn:
        raise failure

    answer = send_request(fail, headers={"X-Request-ID": "mine-1"})

    assert (answer.status_code, answer.headers["X-Request-ID"]) == (status, "mine-1")
    (record,) = recording_handler.records
    assert vars(record)["request_id"] == "mine-1"
    assert last_entry(recording_handler)["status"] == status


@pytest.mark.parametrize(("status", "level"), [(200, "INFO"), (304, "INFO"), (404, "WARNING"), (503, "ERROR")])
def test_the_status_says_how_loud_a_record_is(recording_handler: RecordingHandler, status: int, level: str) -> None:
    send_request(lambda: ("", status))

    assert [record.levelname for record in recording_handler.records] == [level]


def test_the_trace_ends_with_the_request(recording_handler: RecordingHandler) -> None:
    seen: list[Trace | None] = []

    send_request(lambda: seen.append(current_trace()) or "")  # type: ignore[func-returns-value]  # a view in a line

    assert isinstance(seen[0], Trace)
    assert current_trace() is None
    assert len(recording_handler.records) == 1


def test_paths_that_are_skipped_are_not_logged_but_tell_their_id(recording_handler: RecordingHandler) -> None:
    answer = send_request(lambda: "", Settings(log_skip=("/it",)))

    assert recording_handler.records == []
    assert answer.headers["X-Request-ID"]


def test_a_body_that_nobody_read_is_only_measured(recording_handler: RecordingHandler) -> None:
    send_request(lambda: "", method="POST", data=b'{"password": "Hunter-2"}', content_type="application/json")

    assert last_entry(recording_handler)["input"] == {"json": "24 bytes, unread"}


def test_a_long_body_is_only_measured_and_not_kept(recording_handler: RecordingHandler) -> None:
    long = orjson.dumps({"note": "x" * 500_000})

    send_request(lambda: str(len(read_body(request))), method="POST", data=long, content_type="application/json")

    assert last_entry(recording_handler)["input"] == {"json": f"{len(long)} bytes of application/json"}
    visit = vars(recording_handler.records[-1])[CUSTOM_FIELDS].__self__
    assert len(str(visit)) < 10_000


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("a=1&a=2&b=", {"a": ["1", "2"], "b": ""}),
        ("password=x&n=y&password=z", {"password": "***", "n": "y"}),
        ("x=" + "y" * 5000, "5002 bytes"),
        ("&".join(f"a{n}=1" for n in range(200)), "1289 bytes, malformed"),
    ],
)
def test_a_query_is_told_masked_and_bounded(recording_handler: RecordingHandler, query: str, said: Any) -> None:
    send_request(lambda: "", path=f"/it?{query}")

    assert last_entry(recording_handler)["input"] == {"query": said}


def test_a_client_behind_a_trusted_proxy_is_told_by_its_own_address(recording_handler: RecordingHandler) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9"}

    for trusted, client in (((), "127.0.0.1"), (("127.0.0.0/8",), "203.0.113.9")):
        send_request(lambda: "", Settings(trusted_proxies=trusted), headers=headers)
        assert last_entry(recording_handler)["client"] == client


def test_a_verb_that_was_made_up_tells_nothing(recording_handler: RecordingHandler) -> None:
    send_request(lambda: "", method="PASSWORD=Hunter-2")

    assert "Hunter" not in str(last_entry(recording_handler))


def test_a_record_is_brief_for_whoever_does_not_write_it_our_way(recording_handler: RecordingHandler) -> None:
    send_request(lambda: "", path="/it?password=Hunter-2")

    assert recording_handler.records[0].getMessage() == "GET /it 200"
