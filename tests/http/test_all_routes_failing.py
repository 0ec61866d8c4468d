"""Conformance of every route on internal errors, outages, rate limits and conflicts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shop.app import API_PREFIX, create_app
from shop.core.api import controller
from shop.core.settings.rate import Rate
from shop.core.settings.settings import Settings
from tests.http.support.answer_checks import ALL_PREFERENCES, JSON, Preferences, check_documented, find_violations
from tests.http.support.marked_rows import MarkedRows
from tests.http.support.route_requests import find_mistakes, match_every_route, read_document, send, send_valid
from tests.http.support.routes import Route, read_routes
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.limits import NAMES, UNLIMITED

# Paths outside the API; a new path is added here as an envelope or a document.
ENVELOPES = {"/", "/livez", "/readyz", "/errors", "/errors/<code:code>"}
DOCUMENTS = {"/openapi.json", "/docs", "/docs/<path:name>", "/architecture", "/metrics"}
OTHER_REQUESTS = [
    ("GET", "/", 200), ("GET", "/livez", 200), ("GET", "/readyz", 200), ("GET", "/errors", 200),
    ("GET", "/errors/404301", 200), ("GET", "/errors/405", 200), ("GET", "/errors/1", 404), ("GET", "/nowhere", 404),
    ("GET", "/api/v1/nowhere", 404), ("GET", "/docs/nothing.js", 404), ("POST", "/livez", 405), ("PUT", "/", 405),
    ("PUT", "/errors", 405), ("BREW", "/openapi.json", 405), ("DELETE", "/docs", 405),
]  # fmt: skip
CUSTOM_ENVELOPES: list[dict[str, Any]] = [
    {"envelope_names": ("message=msg", "data.data=list"), "envelope_hide": ("status",), "envelope_extra": ("time",)},
    {"envelope_error_status": "200"},
    {"envelope_error_status": "500"},
]


@pytest.fixture
def marked_rows(clean_database: str, redis_url: str, tmp_path: Path) -> Iterator[MarkedRows]:
    """Marked rows of an owner, in a shop of this test."""
    shop = InProcessShop(clean_database, redis_url, tmp_path, log_file=str(tmp_path))
    yield MarkedRows(shop)
    shop.close()


def serve_with_settings(marked_rows: MarkedRows, **settings: Any) -> Flask:
    """Create an app with these settings and send all requests to it.

    It uses the same stores and signing keys.
    """
    defaults: dict[str, Any] = {
        "var": marked_rows.shop.settings.var,
        "log_file": marked_rows.shop.settings.log_file,
        **UNLIMITED,
    }
    stores = {"database_url": marked_rows.shop.settings.database_url, "redis_url": marked_rows.shop.settings.redis_url}
    app = create_app(Settings(**(defaults | stores | settings)))
    marked_rows.shop.http = app.test_client()
    return app


def test_every_route_conforms_on_an_internal_error(marked_rows: MarkedRows, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> NoReturn:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(controller, "is_acceptable", fail)

    assert find_mistakes(marked_rows, send, lambda _: {500}, match_every_route) == []


def test_every_route_conforms_while_the_stores_are_down(marked_rows: MarkedRows) -> None:
    token = marked_rows.owner.token
    serve_with_settings(marked_rows, database_url="sqlite:////nowhere/shop", redis_url="unix:///nowhere.sock")

    def send_request(marked_rows: MarkedRows, route: Route, preferences: Preferences) -> TestResponse:
        return send_valid(marked_rows, route, preferences, token, fresh=False)

    assert find_mistakes(marked_rows, send_request, lambda _: {503}, match_every_route) == []


def test_every_route_conforms_when_rate_limited(marked_rows: MarkedRows) -> None:
    token = marked_rows.owner.token
    serve_with_settings(marked_rows, **dict.fromkeys(NAMES, Rate(1, 3600)))
    limited = set[str]()

    def send_request(marked_rows: MarkedRows, route: Route, preferences: Preferences) -> TestResponse:
        # The sign-in limit of an address is five times that of an account.
        for _ in range(0 if route.name in limited else 5):
            send_valid(marked_rows, route, preferences, token, fresh=False)
        limited.add(route.name)
        return send_valid(marked_rows, route, preferences, token, fresh=False)

    assert find_mistakes(marked_rows, send_request, lambda _: {429}, match_every_route) == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("POST /items/{item_id}/purchase", {"quantity": 1000}),
        ("POST /items/{item_id}/stock-adjustments", {"expected_stock": 1, "stock": 2, "reason": "counted"}),
        ("POST /orders/{order_id}/cancel", None),
    ],
)
def test_conflicts_conform(marked_rows: MarkedRows, name: str, body: Any) -> None:
    marked_rows.shop.cancel(marked_rows.order, marked_rows.owner.token)

    def send_request(marked_rows: MarkedRows, route: Route, preferences: Preferences) -> TestResponse:
        return send(marked_rows, route, preferences, json=body)

    assert find_mistakes(marked_rows, send_request, lambda _: {409}, lambda route: route.name == name) == []


@pytest.mark.parametrize(("method", "path", "status"), OTHER_REQUESTS)
def test_paths_outside_the_api_conform(marked_rows: MarkedRows, method: str, path: str, status: int) -> None:
    document = read_document(marked_rows.shop.http.application)
    template = "/errors/{code}" if path.startswith("/errors/") else path
    operation = document["paths"].get(template, {}).get(method.lower())
    # Browsers get pages outside the API.
    is_page = path == "/" or operation is not None or (status == 404 and not path.startswith("/api/"))
    accepted = [preferences for preferences in ALL_PREFERENCES if preferences.accept != "text/html" or not is_page]

    mistakes = [
        f"{answer.status_code} to {preferences}: {mistake}"
        for preferences in accepted
        for answer in (marked_rows.shop.http.open(path, method=method, headers=preferences.headers),)
        for mistake in (*find_violations(answer, preferences, operation, document), *_check_status(answer, status))
    ]

    assert mistakes == []


def _check_status(answer: TestResponse, status: int) -> list[str]:
    return [] if answer.status_code == status else [f"not {status}"]


def test_every_path_serves_a_document_or_conforms_to_openapi(marked_rows: MarkedRows) -> None:
    rules = {rule.rule for rule in marked_rows.shop.http.application.url_map.iter_rules()}

    assert {rule for rule in rules if not rule.startswith(API_PREFIX)} == ENVELOPES | DOCUMENTS


@pytest.mark.parametrize("settings", CUSTOM_ENVELOPES, ids=["renamed", "as_200", "as_500"])
def test_responses_with_a_custom_envelope_conform_to_openapi(marked_rows: MarkedRows, settings: dict[str, Any]) -> None:
    app = serve_with_settings(marked_rows, **settings)
    document, preferences = read_document(app), Preferences("en", JSON)

    mistakes = [
        f"{route.name}: {mistake}"
        for route in read_routes(app)
        for answer in (send(marked_rows, route, preferences), send_valid(marked_rows, route, preferences, fresh=False))
        for operation in (document["paths"][API_PREFIX + route.path][route.verb.lower()],)
        for mistake in check_documented(answer, JSON, answer.get_json(), operation, document)
    ]

    assert mistakes == []
