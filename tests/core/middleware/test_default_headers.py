"""Default headers: added once, and never in place of others."""

from typing import Any

import pytest
from flask import Response

from shop.core.http.json import JsonResponse
from shop.core.http.web_app import WebApp
from shop.core.middleware.default_headers import describe_language, offer_patch_types, serve_default_headers
from shop.core.middleware.security_headers import security_headers
from shop.core.settings.settings import Settings

DEFAULTS = [("X-One", "1"), ("X-Two", "2")]


def headers_of(response: Response, *sources: Any, method: str = "GET") -> list[tuple[str, str]]:
    app = WebApp("test")
    serve_default_headers(app, *sources)
    app.add_url_rule("/", view_func=lambda: response, endpoint="route", methods=["GET", "PATCH"])
    return [*app.test_client().open("/", method=method).headers]


def test_missing_headers_are_added_in_their_order() -> None:
    added = headers_of(Response(), lambda *_: DEFAULTS[:1], lambda *_: DEFAULTS[1:])
    assert [pair for pair in added if pair in DEFAULTS] == DEFAULTS


def test_a_header_of_the_response_stays_in_any_spelling() -> None:
    response = Response(headers=[("x-oNe", "own"), ("X-Two", "")])
    kept = headers_of(response, lambda *_: DEFAULTS)
    assert [pair for pair in kept if pair[0].lower().startswith("x-")] == [("x-oNe", "own"), ("X-Two", "")]


def test_a_source_gets_the_headers_in_lower_case() -> None:
    seen: list[Any] = []
    headers_of(Response(headers={"X-Mixed": "Case"}), lambda *args: seen.append(args[2]) or ())  # type: ignore[func-returns-value]  # a source in a line
    assert seen[0]["x-mixed"] == "Case"


def test_a_default_with_a_line_break_is_refused() -> None:
    app = WebApp("test")
    serve_default_headers(app, lambda *_: [("X-Bad", "a\nb")])
    with app.test_request_context(), pytest.raises(ValueError, match="newline"):
        app.process_response(Response())


@pytest.mark.parametrize(
    ("method", "status", "headers", "offered"),
    [
        ("PATCH", 415, {}, True),
        ("GET", 415, {}, False),
        ("GET", 405, {"allow": "GET, PATCH"}, True),
        ("GET", 405, {"Allow": "GET, POST"}, False),
        ("PATCH", 200, {}, False),
    ],
)
def test_accept_patch_is_offered(method: str, status: int, headers: dict[str, str], offered: bool) -> None:
    added = headers_of(Response(status=status, headers=headers), offer_patch_types, method=method)
    assert ("Accept-Patch", "application/json, application/merge-patch+json") in added or not offered
    assert [name for name, _ in added].count("Accept-Patch") == offered


def test_only_pages_get_a_language() -> None:
    empty = Response(status=204)
    del empty.headers["Content-Type"]
    answers = (Response("page"), JsonResponse.create({}), empty, Response("x", headers={"Content-Language": "zh"}))
    languages = [dict(headers_of(answer, describe_language)).get("Content-Language") for answer in answers]
    assert languages == ["en", None, None, "zh"]


def test_security_headers_follow_the_settings() -> None:
    choices: list[dict[str, Any]] = [{}, {"security_headers": False}, {"security_headers": False, "hsts_seconds": 5}]
    known = {"X-Frame-Options", "Strict-Transport-Security"}
    answers = [dict(headers_of(Response(), security_headers(Settings(**choice)))) for choice in choices]
    assert [answer.keys() & known for answer in answers] == [{"X-Frame-Options"}, set(), {"Strict-Transport-Security"}]
