"""HEAD and OPTIONS of every route, pages and documents included."""

from collections import defaultdict
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.purchase.support.in_process_shop import InProcessShop

EXAMPLES: dict[str, Any] = {
    "item_id": 7,
    "user_id": 7,
    "code": 404301,
    "order_id": "0198c0de-7f2a-7c31-9d5e-3f1b2a4c6d8e",
    "session_id": "0198c0de-7f2a-7c31-9d5e-3f1b2a4c6d8e",
    "constant": "item_status",
    "name": "docs.js",
}


@pytest.fixture
def client(in_process_shop: InProcessShop) -> FlaskClient:
    return in_process_shop.http


def paths(app: Flask) -> dict[str, set[str]]:
    """Return each path with all its methods."""
    methods: dict[str, set[str]] = defaultdict(set)
    adapter = app.url_map.bind("shop.example")
    for rule in app.url_map.iter_rules():
        methods[adapter.build(rule.endpoint, _arguments(rule))] |= rule.methods or set()
    return methods


def _arguments(rule: Rule) -> dict[str, Any]:
    return {name: EXAMPLES[name] for name in rule.arguments}


def test_options_of_every_route_returns_its_methods(client: FlaskClient) -> None:
    routes = paths(client.application)
    answers = {path: client.options(path) for path in routes}

    assert {path: (answer.status_code, answer.data) for path, answer in answers.items()} == dict.fromkeys(
        routes, (204, b"")
    )
    allowed = {path: set(answer.headers["Allow"].split(", ")) for path, answer in answers.items()}
    assert allowed == {path: methods | {"OPTIONS"} for path, methods in routes.items()}
    assert [path for path, answer in answers.items() if "Content-Type" in answer.headers] == []


def test_head_of_every_route_returns_the_head_of_get(client: FlaskClient) -> None:
    readable = [path for path, methods in paths(client.application).items() if "GET" in methods]
    assert {"/", "/docs", "/errors", "/openapi.json", "/metrics", "/api/v1/items"} <= set(readable)
    for path in readable:
        read, head = client.get(path), client.head(path)
        assert (head.status_code, head.data) == (read.status_code, b""), path
        assert head.headers.get("Content-Type") == read.headers["Content-Type"], path


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere", "/api/v1/items/05"])
def test_options_of_an_unknown_path_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.options(path).status_code == 404


def test_the_allow_header_of_a_405_is_that_of_options(client: FlaskClient) -> None:
    for path in paths(client.application):
        refused = client.open(path, method="BREW")
        assert (refused.status_code, refused.headers["Allow"]) == (405, client.options(path).headers["Allow"]), path
