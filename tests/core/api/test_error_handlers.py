"""Error handlers: failures in the envelope, without internal details."""

from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from flask import Flask, abort, request
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ReadOnlyError, ResponseError
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import MethodNotAllowed, TooManyRequests
from werkzeug.test import TestResponse

from shop.core.api.setup import BODY_MAX_BYTES, configure_app
from shop.core.database.refusals import StatementRefused
from shop.core.errors import CoreExceptionCode, ImpossibleRow, ShopError
from shop.core.settings.settings import Settings

SECRET = "hunter2"


def request_failing_view(
    fail: Callable[[], Any], settings: Settings | None = None, **request_options: Any
) -> TestResponse:
    app = Flask(__name__)
    configure_app(app, settings or Settings())
    app.add_url_rule("/", view_func=fail, methods=["GET", "POST"], endpoint="route")
    return app.test_client().open("/", **request_options)


def fail_with(error: Exception) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise error

    return fail


def sign_in(password: str) -> NoReturn:
    raise RuntimeError(f"failed after {len(password)} characters")


def fail_with_an_argument() -> NoReturn:
    sign_in(SECRET)


def test_production_never_returns_details_of_an_exception() -> None:
    response = request_failing_view(fail_with_an_argument, Settings(env="production", debug=True))
    assert response.status_code == 500
    assert response.json == {"status": "fail", "code": 500, "message": "Internal Server Error", "data": {}}


def test_without_debug_no_details_of_an_exception_are_returned() -> None:
    assert (request_failing_view(fail_with_an_argument).json or {})["data"] == {}


def test_with_debug_the_response_has_the_exception_and_its_place() -> None:
    data = (request_failing_view(fail_with_an_argument, Settings(debug=True)).json or {})["data"]
    assert list(data) == ["exception", "file", "line", "trace"]
    assert data["exception"] == "RuntimeError: failed after 7 characters"
    assert data["file"] == __file__
    assert data["trace"][-1] == f"{__file__}:{data['line']} sign_in"


def test_secrets_in_the_text_of_an_exception_are_masked() -> None:
    text = f"refused: password={SECRET} Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc for ada@example.com"
    data = (request_failing_view(fail_with(RuntimeError(text)), Settings(debug=True)).json or {})["data"]
    assert data["exception"].startswith("RuntimeError: refused: password=***")
    assert not any(secret in data["exception"] for secret in (SECRET, "eyJ", "ada@"))


def test_the_trace_has_no_arguments() -> None:
    assert SECRET not in request_failing_view(fail_with_an_argument, Settings(debug=True)).text


def test_a_shop_error_becomes_its_code_its_message_and_its_facts() -> None:
    response = request_failing_view(fail_with(ShopError(CoreExceptionCode.FORBIDDEN, item_id=7)))
    assert response.status_code == 403
    assert response.json == {
        "status": "error",
        "code": 403_001,
        "message": "You may not do this.",
        "data": {"error_code": "FORBIDDEN", "retry": "never", "item_id": 7},
    }


def test_an_error_of_a_field_is_listed_under_that_field() -> None:
    response = request_failing_view(fail_with(ShopError(CoreExceptionCode.FIELD_INVALID, field="cursor")))
    assert (response.json or {})["data"] == {"cursor": ["Cursor is not valid."]}


def test_the_fact_retry_after_becomes_the_header() -> None:
    response = request_failing_view(fail_with(ShopError(CoreExceptionCode.REDIS_UNAVAILABLE, retry_after=3)))
    assert response.headers["Retry-After"] == "3"
    assert (response.json or {})["data"] == {"error_code": "REDIS_UNAVAILABLE", "retry": "after"}


def test_a_401_response_has_the_authentication_scheme() -> None:
    response = request_failing_view(fail_with(ShopError(CoreExceptionCode.TOKEN_MISSING)))
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperationalError("SELECT 1", {"password": SECRET}, Exception("gone")), 503_001),
        (PoolTimeoutError("the pool is empty"), 503_001),
        (RedisConnectionError("refused"), 503_002),
        (ReadOnlyError("You can't write against a read only replica."), 503_002),
        (OutOfMemoryError("command not allowed"), 503_002),
        (ResponseError("MISCONF Errors writing to the AOF file"), 503_002),
    ],
)
def test_a_store_failure_is_a_503_without_the_text_of_the_store(error: Exception, code: int) -> None:
    response = request_failing_view(fail_with(error), Settings(debug=True))
    assert (response.status_code, (response.json or {})["code"]) == (503, code)
    assert response.headers["Retry-After"] in {"1", "2", "3"}
    assert SECRET not in response.text


@pytest.mark.parametrize(
    "error",
    [
        DataError("SELECT 1", {"password": SECRET}, Exception(1366)),
        ProgrammingError("SELECT 1", {"password": SECRET}, Exception(1146)),
        StatementRefused("SELECT 1", {"password": SECRET}, Exception(1267)),
        ImpossibleRow(f"items: {SECRET}"),
    ],
)
def test_a_refused_statement_is_a_500_with_its_code(error: Exception) -> None:
    response = request_failing_view(fail_with(error), Settings(debug=True))
    assert (response.status_code, (response.json or {})["code"]) == (500, 500_003)
    assert "Retry-After" not in response.headers
    assert SECRET not in response.text


@pytest.mark.parametrize("status", [400, 403, 404, 406, 410, 413, 414, 415, 429, 503])
def test_every_http_error_is_in_the_envelope(status: int) -> None:
    # A browser gets a page for 404 (tests/openapi/test_pages.py).
    accept = "application/json" if status == 404 else "text/html"
    response = request_failing_view(lambda: abort(status), headers={"Accept": accept})
    assert response.status_code == status
    assert response.mimetype == "application/json"
    assert list(response.json or {}) == ["status", "code", "message", "data"]


def test_the_headers_of_an_http_error_are_kept() -> None:
    assert request_failing_view(fail_with(MethodNotAllowed(["GET", "PUT"]))).headers["Allow"] == "GET, PUT"
    assert request_failing_view(fail_with(TooManyRequests(retry_after=5))).headers["Retry-After"] == "5"


def read_the_body() -> bytes:
    return request.get_data()


def test_a_body_above_the_limit_is_refused() -> None:
    response = request_failing_view(read_the_body, method="POST", data=b"x" * (BODY_MAX_BYTES + 1))
    assert response.status_code == 413


def test_the_description_of_a_library_error_is_not_returned() -> None:
    response = request_failing_view(lambda: abort(400, description=SECRET))
    assert SECRET not in response.text
