"""Response envelope: four keys in each response."""

import pytest
from flask import Flask

from shop.core.api.setup import configure_app
from shop.core.http.envelope import accepted, created, envelope, respond, success
from shop.core.i18n.messages import http_status
from shop.core.settings.settings import Settings
from shop.exception_codes.item import ItemExceptionCode


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    configure_app(app, Settings())
    return app


@pytest.mark.parametrize(
    ("code", "http", "status"),
    [
        (100, 100, "success"),
        (200, 200, "success"),
        (200_102, 200, "success"),
        (201_101, 201, "success"),
        (304, 304, "success"),
        (400, 400, "error"),
        (404_301, 404, "error"),
        (422_11_101, 422, "error"),
        (500, 500, "fail"),
        (503_401, 503, "fail"),
    ],
)
def test_the_code_decides_both_statuses(code: int, http: int, status: str) -> None:
    body = envelope(code)
    assert (http_status(code), body["status"], body["code"]) == (http, status, code)
    assert list(body) == ["status", "code", "message", "data"]


def test_the_message_is_given_or_that_of_the_code_or_the_http_phrase() -> None:
    assert ItemExceptionCode.NOT_FOUND.number == 404_301
    assert envelope(404_301)["message"] == "Item … does not exist."
    assert envelope(404)["message"] == "Not Found"
    assert envelope(404_301, message="Gone fishing.")["message"] == "Gone fishing."
    assert envelope(200, message="")["message"] == ""


def test_missing_data_is_an_empty_object() -> None:
    assert envelope(200)["data"] == {}


@pytest.mark.parametrize("data", [[], {}, 0, False, "", [1], {"a": None}])
def test_data_keeps_its_value_and_type(data: object) -> None:
    assert envelope(200, data)["data"] == data
    assert type(envelope(200, data)["data"]) is type(data)


def test_the_response_has_the_status_and_the_headers(app: Flask) -> None:
    with app.test_request_context():
        response = respond(409_301, [], "Sold out.", {"Retry-After": "1"})
    assert (response.status_code, response.headers["Retry-After"]) == (409, "1")
    assert response.data == b'{"status":"error","code":409301,"message":"Sold out.","data":[]}'


def test_non_ascii_text_is_not_escaped(app: Flask) -> None:
    with app.test_request_context():
        assert "演唱會".encode() in respond(200, {"name": "演唱會"}).data


def test_helpers_set_the_code_and_the_location() -> None:
    assert created({"id": 1}, "/items/1").headers == {"Location": "/items/1"}
    assert accepted({"id": 1}, "/orders/1").code == 202
    assert success(code=200_102).code == 200_102
