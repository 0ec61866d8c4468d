"""Requests to every route, each by all voices, and what is wrong with the answers."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import uuid4

from flask import Flask
from werkzeug.test import TestResponse

from shop.app import API_PREFIX
from tests.http.support.answer_checks import ALL_PREFERENCES, Document, Preferences, find_violations
from tests.http.support.marked_rows import ACTORS, MarkedRows
from tests.http.support.routes import Route, example, read_routes

ADMIN = next(actor for actor in ACTORS if actor.name == "an administrator")
OTHER_USER = next(actor for actor in ACTORS if actor.name == "another user")
UNKNOWN_IDS = {
    "item_id": 999_999,
    "user_id": 999_999,
    "order_id": uuid4(),
    "session_id": uuid4(),
    "constant": "nothing",
}

SendRequest = Callable[[MarkedRows, Route, Preferences], TestResponse]
"""Sends one request to a route."""


def send(stage: MarkedRows, route: Route, voice: Preferences, **words: Any) -> TestResponse:
    token = words.pop("token", None) or stage.token_of(ADMIN, "")
    path = route.path.format(**words.pop("ids", stage.ids())) + words.pop("query", "")
    said = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex, **voice.headers}
    headers = {**said, **words.pop("headers", {})}
    headers = {name: value for name, value in headers.items() if value is not None}
    return stage.shop.http.open(API_PREFIX + path, method=words.pop("verb", route.verb), headers=headers, **words)


def send_valid(
    stage: MarkedRows, route: Route, voice: Preferences, token: str | None = None, *, fresh: bool = True
) -> TestResponse:
    # A stage of its own: what was changed once cannot be changed again.
    stage = MarkedRows(stage.shop) if fresh and route.verb != "GET" else stage
    token = token or (stage.owner.token if route.rule.own else None)
    body = None if route.body is None else example(route.body)
    return send(stage, route, voice, token=token, query=route.query, json=body)


def send_as_other_user(stage: MarkedRows, route: Route, voice: Preferences) -> TestResponse:
    token = stage.token_of(OTHER_USER, "")
    return send(stage, route, voice, token=token, json=None if route.body is None else example(route.body))


def send_unknown_ids(stage: MarkedRows, route: Route, voice: Preferences) -> TestResponse:
    return send(stage, route, voice, ids=UNKNOWN_IDS, json=None if route.body is None else example(route.body))


def match_every_route(_: Route) -> bool:
    return True


def read_document(app: Flask) -> Document:
    document: Document = app.test_client().get("/openapi.json").get_json()
    return document


def find_mistakes(
    stage: MarkedRows,
    ask: SendRequest,
    statuses: Callable[[Route], set[int]],
    which: Callable[[Route], bool],
    voices: Sequence[Preferences] = ALL_PREFERENCES,
) -> list[str]:
    """What is wrong with the answers of all routes that are asked so, by every voice."""
    app = stage.shop.http.application
    document = read_document(app)
    routes = [route for route in read_routes(app) if which(route)]
    assert routes
    return [
        f"{route.name} {answer.status_code} to {voice}: {mistake}"
        for route in routes
        for voice in voices
        for answer in (ask(stage, route, voice),)
        for mistake in check_answer(answer, route, voice, statuses(route), document)
    ]


def check_answer(
    answer: TestResponse, route: Route, voice: Preferences, statuses: set[int], document: Document
) -> Iterator[str]:
    if answer.status_code not in statuses:
        yield f"not {sorted(statuses)}: {answer.text}"
    # Neither is an operation of the document.
    operation = document["paths"][API_PREFIX + route.path].get(answer.request.method.lower())
    liked = voice if answer.status_code != 406 else Preferences(voice.language, "application/json")
    yield from find_violations(answer, liked, operation, document)
