"""Headers of JSON responses, which werkzeug does not process again."""

from flask import Flask, Response

from shop.core.api.setup import configure_app
from shop.core.http.envelope import respond
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
