"""Routes that an app knows by heart: every answer is the one of Flask."""

from itertools import product
from typing import Any

import pytest
from flask import Flask, Response, request, url_for
from werkzeug.routing import MapAdapter
from werkzeug.test import run_wsgi_app

from shop.core.http import web_app
from shop.core.http.converters import IdConverter
from shop.core.http.web_app import WebApp

PATHS = (
    "/things/7",
    "/things/7/",
    "/things/07",
    "//things/7",
    "/things/8",
    "/files/a/b%20c",
    "/folder",
    "/none",
    "/",
    "",
)
HOSTS = (
    "shop.example",
    "shop.example:80",
    "Shop.Example:8000",
    "[::1]:8000",
    "a..b",
    "x" * 64,
    "bücher.example",
    "_",
    "",
)
METHODS = ("GET", "get", "HEAD", "DELETE", "BREW")
MORE: tuple[dict[str, str], ...] = (
    {},
    {"HTTP_CONNECTION": "Upgrade", "HTTP_UPGRADE": "websocket"},
    {"SCRIPT_NAME": "/below"},
    {"QUERY_STRING": "a=1&b=%ff\xc3\xa4"},
)


def make_app(kind: type[Flask], prefix: str = "") -> Flask:
    app = kind("test", static_folder=None)
    app.url_map.converters["id"] = IdConverter
    app.url_map.strict_slashes = app.url_map.merge_slashes = False

    @app.get(f"{prefix}/things/<id:thing>")
    @app.delete(f"{prefix}/things/<id:thing>", endpoint="delete")
    @app.get(f"{prefix}/files/<path:thing>", endpoint="files")
    @app.get(f"{prefix}/folder/", endpoint="folder", strict_slashes=True)
    def view(thing: Any = None) -> Response:
        values = dict(request.view_args or {})
        # The values are those of one request.
        (request.view_args or {}).clear()
        own, other = request.url, url_for("files", thing="x y", _external=True)
        return Response(f"{prefix} {request.method} {request.endpoint} {values} {thing!r} {own} {other}")

    return app


def ask(app: Flask, **environ: str) -> tuple[Any, ...]:
    sent = {"REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", **environ}
    given = {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", **sent}
    body, status, headers = run_wsgi_app(app, given)
    return status, [*headers], b"".join(body)


@pytest.mark.parametrize("more", MORE, ids=str)
def test_a_request_is_answered_as_by_flask_the_first_and_the_second_time(more: dict[str, str]) -> None:
    plain, app = make_app(Flask), make_app(WebApp)

    for _, method, path, host in product(range(2), METHODS, PATHS, HOSTS):
        sent = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_HOST": host.encode().decode("latin-1"), **more}
        assert ask(app, **sent) == ask(plain, **sent), sent


def test_a_known_path_is_matched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    app, match = make_app(WebApp), MapAdapter.match
    matched = []

    def count(*args: Any, **options: Any) -> Any:
        matched.append(args)
        return match(*args, **options)

    monkeypatch.setattr(MapAdapter, "match", count)

    answers = [ask(app, PATH_INFO="/things/7", HTTP_HOST="shop.example") for _ in range(5)]

    assert (len(matched), len(set(map(repr, answers)))) == (1, 1)


def test_two_apps_of_a_process_do_not_share_what_they_know() -> None:
    first, second = make_app(WebApp), make_app(WebApp, "/second")

    for _ in range(2):
        assert ask(first, PATH_INFO="/things/7", HTTP_HOST="shop.example")[0] == "200 OK"
        assert ask(second, PATH_INFO="/things/7", HTTP_HOST="shop.example")[0] == "404 NOT FOUND"


def test_a_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    app: Any = make_app(WebApp)
    monkeypatch.setattr(web_app, "MEMORY_MAX", 3)

    for number in range(20):
        ask(app, PATH_INFO=f"/things/{number}", HTTP_HOST=f"h{number}.example")
        ask(app, PATH_INFO=f"/nowhere/{number}", HTTP_HOST="shop.example")
        ask(app, PATH_INFO="/files/" + "a" * 300, HTTP_HOST="h" * 300)
        assert 1 <= len(app.known_paths) <= 3
        assert 1 <= len(app.known_hosts) <= 3
    assert max(len(path) for _, path, _ in app.known_paths) < 300
