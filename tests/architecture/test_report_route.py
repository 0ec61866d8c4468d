"""Tests of the route that serves the report in development."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.app import create_app
from shop.architecture.report import project_report as own
from shop.core.operations.architecture_page import serve_architecture_page
from shop.core.settings.settings import Settings


def client(settings: Settings, build: Callable[[], str | None]) -> FlaskClient:
    app = Flask("test", static_folder=None)
    serve_architecture_page(app, settings, build)
    return app.test_client()


def test_development_serves_the_report(tmp_path: Path) -> None:
    answer = create_app(Settings(var=str(tmp_path))).test_client().get("/architecture")
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert answer.text == own.build_project_report()


def test_production_does_not_serve_the_report() -> None:
    assert client(Settings(env="production"), lambda: "page").get("/architecture").status_code == 404


def test_the_report_is_built_once_at_the_first_request() -> None:
    drawn: list[str] = []
    test_client = client(Settings(), lambda: drawn.append("page") or "page")  # type: ignore[func-returns-value]
    assert drawn == []
    assert [test_client.get("/architecture").text for _ in range(2)] == ["page", "page"]
    assert drawn == ["page"]


def test_without_import_linter_there_is_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "find_spec", lambda _: None)
    assert own.build_project_report() is None
    assert client(Settings(), own.build_project_report).get("/architecture").status_code == 404


def test_without_the_contracts_there_is_no_report(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(own, "CHECKOUT", tmp_path)
    assert own.build_project_report() is None
