"""The envelope: four keys, whatever the answer."""

import pytest
from flask import Flask

from shop.core.api.setup import configure_app
from shop.core.http.envelope import accepted, created, envelope, respond, success
from shop.core.i18n.messages import http_status
from shop.core.settings.settings import Settings


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    configure_app(app, Settings())
    return app


@pytest.mark.parametrize(
    ("code", "status", "word"),
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
def test_the_code_decides_status_and_word(code: int, status: int, word: str) -> None:
    said = envelope(code)
    assert (http_status(code), said["status"], said["code"]) == (status, word, code)
    assert list(said) == ["status", "code", "message", "data"]


def test_the_message_is_the_sentence_of_the_code_else_the_phrase_unless_one_is_given() -> None:
    assert envelope(404_301)["message"] == "Item … does not exist."
    assert envelope(404)["message"] == "Not Found"
    assert envelope(404_301, message="Gone fishing.")["message"] == "Gone fishing."
    assert envelope(200, message="")["message"] == ""


def test_nothing_is_an_empty_object() -> None:
    assert envelope(200)["data"] == {}


@pytest.mark.parametrize("data", [[], {}, 0, False, "", [1], {"a": None}])
def test_whatever_is_something_stays_itself(data: object) -> None:
    assert envelope(200, data)["data"] == data
    assert type(envelope(200, data)["data"]) is type(data)


def test_the_response_carries_status_and_headers(app: Flask) -> None:
    with app.test_request_context():
        response = respond(409_301, [], "Sold out.", {"Retry-After": "1"})
    assert (response.status_code, response.headers["Retry-After"]) == (409, "1")
    assert response.data == b'{"status":"error","code":409301,"message":"Sold out.","data":[]}'


def test_letters_go_out_as_they_are(app: Flask) -> None:
    with app.test_request_context():
        assert "演唱會".encode() in respond(200, {"name": "演唱會"}).data


def test_helpers_say_where_something_stands() -> None:
    assert created({"id": 1}, "/items/1").headers == {"Location": "/items/1"}
    assert accepted({"id": 1}, "/orders/1").code == 202
    assert success(code=200_102).code == 200_102
