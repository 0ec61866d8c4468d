"""Headers of JSON responses, which werkzeug does not process again."""

import pytest
from flask import Flask, Response
from werkzeug.test import run_wsgi_app

from shop.core.api.setup import configure_app
from shop.core.http.envelope import respond
from shop.core.http.json import JsonResponse
from shop.core.settings.settings import Settings

LOCATION = "/api/v1/orders/01a1f8b9-6fb6-769b-b74e-21f10587bf2c"


def app_with_one_route() -> Flask:
    app = Flask("test")
    configure_app(app, Settings())

    @app.get("/")
    def response() -> Response:
        return respond(202, {"name": "Größe"}, headers={"Location": LOCATION})

    return app


def test_length_type_and_location_are_sent() -> None:
    response = app_with_one_route().test_client().get("/")
    assert response.status_code == 202
    assert response.headers["Content-Length"] == str(len(response.data))
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Location"] == LOCATION


def test_a_head_request_gets_the_headers_alone() -> None:
    client = app_with_one_route().test_client()
    response = client.head("/")
    assert response.data == b""
    assert response.headers["Content-Length"] == client.get("/").headers["Content-Length"]


@pytest.mark.parametrize(
    ("method", "status", "sent"), [("GET", 200, 1), ("HEAD", 200, 0), ("GET", 204, 0), ("GET", 304, 0)]
)
def test_the_body_is_sent_in_one_piece(method: str, status: int, sent: int) -> None:
    pieces = JsonResponse.create({"a": 1}, status).get_app_iter({"REQUEST_METHOD": method})

    assert pieces == [b'{"a":1}'] * sent
    assert isinstance(pieces, list)


def test_callbacks_are_called_when_the_response_is_sent() -> None:
    called: list[int] = []
    response = JsonResponse.create({})
    response.call_on_close(lambda: called.append(1))

    pieces, *_ = run_wsgi_app(response, {"REQUEST_METHOD": "GET"}, buffered=True)

    assert ([*pieces], called) == ([b"{}"], [1])


@pytest.mark.parametrize("line_break", ["\r", "\n", "\r\n"])
def test_a_header_with_a_line_break_is_refused(line_break: str) -> None:
    with app_with_one_route().test_request_context(), pytest.raises(ValueError, match="newline"):
        respond(202, headers={"Location": f"/a{line_break}Set-Cookie: b=c"})


def test_given_headers_replace_those_of_the_envelope() -> None:
    with app_with_one_route().test_request_context():
        headers = [*respond(404, headers={"Link": "</x>", "Vary": "*", "Allow": "GET"}).headers]

    assert [name for name, _ in headers] == [
        "Content-Type", "Content-Length", "Content-Language", "Vary", "Link", "Allow"
    ]  # fmt: skip
    assert headers[3:5] == [("Vary", "*"), ("Link", "</x>")]
