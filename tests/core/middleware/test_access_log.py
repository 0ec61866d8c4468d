"""Access log: all requests are logged, and logging never fails a request."""

import logging
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import orjson
import pytest
from flask import request
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from shop.core.api.setup import configure_app
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.body import read_body
from shop.core.http.web_app import WebApp
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
    (RuntimeError("unexpected"), 500),
]


@pytest.fixture
def recording_handler() -> Iterator[RecordingHandler]:
    """Handler with the access log records."""
    handler, factory = RecordingHandler(), logging.getLogRecordFactory()
    logging.setLogRecordFactory(TracedRecord)
    logger = logging.getLogger(LOGGER)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)
    logging.setLogRecordFactory(factory)


def send_request(
    view: Callable[[], Any], settings: Settings | None = None, path: str = "/route", **options: Any
) -> TestResponse:
    app, settings = WebApp("test"), settings or Settings()
    serve_access_log(app, settings)
    configure_app(app, settings)
    app.add_url_rule("/route", view_func=view, endpoint="route", methods=["GET", "POST"])
    return app.test_client().open(path, **options)


def last_entry(handler: RecordingHandler) -> dict[str, Any]:
    record: Any = handler.records[-1]
    entry: dict[str, Any] = vars(record)[CUSTOM_FIELDS](Redactor())
    return entry


@pytest.mark.parametrize(("failure", "status"), FAILURES)
def test_every_failure_is_logged_and_returns_its_request_id(
    recording_handler: RecordingHandler, failure: Exception, status: int
) -> None:
    def fail() -> NoReturn:
        raise failure

    response = send_request(fail, headers={"X-Request-ID": "mine-1"})

    assert (response.status_code, response.headers["X-Request-ID"]) == (status, "mine-1")
    (record,) = recording_handler.records
    assert vars(record)["request_id"] == "mine-1"
    assert last_entry(recording_handler)["status"] == status


@pytest.mark.parametrize(("status", "level"), [(200, "INFO"), (304, "INFO"), (404, "WARNING"), (503, "ERROR")])
def test_the_level_of_a_record_depends_on_the_status(
    recording_handler: RecordingHandler, status: int, level: str
) -> None:
    send_request(lambda: ("", status))

    assert [record.levelname for record in recording_handler.records] == [level]


def test_the_trace_ends_with_the_request(recording_handler: RecordingHandler) -> None:
    seen: list[Trace | None] = []

    send_request(lambda: seen.append(current_trace()) or "")  # type: ignore[func-returns-value]  # a view in a line

    assert isinstance(seen[0], Trace)
    assert current_trace() is None
    assert len(recording_handler.records) == 1


def test_skipped_paths_are_not_logged_but_return_their_request_id(recording_handler: RecordingHandler) -> None:
    response = send_request(lambda: "", Settings(log_skip=("/route",)))

    assert recording_handler.records == []
    assert response.headers["X-Request-ID"]


def test_only_the_size_of_an_unread_body_is_logged(recording_handler: RecordingHandler) -> None:
    send_request(lambda: "", method="POST", data=b'{"password": "Hunter-2"}', content_type="application/json")

    assert last_entry(recording_handler)["input"] == {"json": "24 bytes, unread"}


def test_only_the_size_of_a_long_body_is_logged_and_kept(recording_handler: RecordingHandler) -> None:
    long = orjson.dumps({"note": "x" * 500_000})

    send_request(lambda: str(len(read_body(request))), method="POST", data=long, content_type="application/json")

    assert last_entry(recording_handler)["input"] == {"json": f"{len(long)} bytes of application/json"}
    record = vars(recording_handler.records[-1])[CUSTOM_FIELDS].__self__
    assert len(str(record)) < 10_000


@pytest.mark.parametrize(
    ("query", "logged"),
    [
        ("a=1&a=2&b=", {"a": ["1", "2"], "b": ""}),
        ("password=x&n=y&password=z", {"password": "***", "n": "y"}),
        ("x=" + "y" * 5000, "5002 bytes"),
        ("&".join(f"a{n}=1" for n in range(200)), "1289 bytes, malformed"),
    ],
)
def test_a_query_is_logged_masked_and_bounded(recording_handler: RecordingHandler, query: str, logged: Any) -> None:
    send_request(lambda: "", path=f"/route?{query}")

    assert last_entry(recording_handler)["input"] == {"query": logged}


def test_a_client_behind_a_trusted_proxy_is_logged_by_its_own_address(recording_handler: RecordingHandler) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9"}

    for trusted, client in (((), "127.0.0.1"), (("127.0.0.0/8",), "203.0.113.9")):
        send_request(lambda: "", Settings(trusted_proxies=trusted), headers=headers)
        assert last_entry(recording_handler)["client"] == client


def test_an_unknown_verb_with_a_secret_is_masked(recording_handler: RecordingHandler) -> None:
    send_request(lambda: "", method="PASSWORD=Hunter-2")

    assert "Hunter" not in str(last_entry(recording_handler))


def test_the_message_of_a_record_has_no_query_for_foreign_handlers(recording_handler: RecordingHandler) -> None:
    send_request(lambda: "", path="/route?password=Hunter-2")

    assert recording_handler.records[0].getMessage() == "GET /route 200"
