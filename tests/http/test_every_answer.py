"""Every route, asked rightly and wrongly, in three languages and in every form: each answer keeps the promises."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shop.app import API_PREFIX, create_app
from shop.core.rate import Rate
from shop.core.settings import Settings
from tests.http.promises import VOICES, Document, Voice, broken
from tests.http.routes import Route, example, routes_of
from tests.http.stage import ACTORS, Stage
from tests.purchase.indoors import Indoors
from tests.support.limits import NAMES

ADMIN = next(actor for actor in ACTORS if actor.name == "an administrator")
STRANGER = next(actor for actor in ACTORS if actor.name == "another user")
LOST = {"item_id": 999_999, "user_id": 999_999, "order_id": uuid4(), "session_id": uuid4()}
BIG = b'{"a": "' + b"a" * 1024 * 1024 + b'"}'
JSON = {"Content-Type": "application/json"}
# What is served beside the API; a new one says here whether it is an envelope.
ENVELOPES, DOCUMENTS = (
    {"/", "/livez", "/readyz"},
    {"/openapi.json", "/docs", "/docs/<path:name>", "/architecture", "/metrics"},
)

Ask = Callable[[Stage, Route, Voice], TestResponse]
"""Sends one request to a route."""


def send(stage: Stage, route: Route, voice: Voice, **words: Any) -> TestResponse:
    token = words.pop("token", None) or stage.token_of(ADMIN, "")
    path = route.path.format(**words.pop("ids", stage.ids())) + words.pop("query", "")
    said = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex, **voice.headers}
    headers = {**said, **words.pop("headers", {})}
    headers = {name: value for name, value in headers.items() if value is not None}
    return stage.shop.http.open(API_PREFIX + path, method=words.pop("verb", route.verb), headers=headers, **words)


def rightly(stage: Stage, route: Route, voice: Voice) -> TestResponse:
    # A stage of its own: what was changed once cannot be changed again.
    stage = Stage(stage.shop) if route.verb != "GET" else stage
    token = stage.owner.token if route.rule.own else None
    body = None if route.body is None else example(route.body)
    return send(stage, route, voice, token=token, query=route.query, json=body)


def as_stranger(stage: Stage, route: Route, voice: Voice) -> TestResponse:
    token = stage.token_of(STRANGER, "")
    return send(stage, route, voice, token=token, json=None if route.body is None else example(route.body))


def lost(stage: Stage, route: Route, voice: Voice) -> TestResponse:
    return send(stage, route, voice, ids=LOST, json=None if route.body is None else example(route.body))


def with_body(data: bytes, **headers: str) -> Ask:
    return partial(send, data=data, headers={**JSON, **headers})


def everywhere(_: Route) -> bool:
    return True


def has_body(route: Route) -> bool:
    return route.body is not None


# How a route is asked -> the statuses that it may answer, which routes are asked so, and the request.
WRONGLY: dict[str, tuple[set[int], Callable[[Route], bool], Ask]] = {
    "without a token": (
        {401}, lambda route: 401 in route.statuses and route.asks and not route.rule.public,
        partial(send, headers={"Authorization": None}),
    ),
    "as a stranger": ({403}, lambda route: 403 in route.statuses, as_stranger),
    "for what is not there": ({404}, lambda route: bool(route.words), lost),
    "for what nobody answers": ({406}, everywhere, partial(send, headers={"Accept": "text/csv"})),
    "with a word of the query that nobody knows": ({422}, everywhere, partial(send, query="?nonsense=1")),
    "with a method that nobody knows": ({405}, everywhere, partial(send, verb="BREW")),
    "what there is to ask": ({405}, everywhere, partial(send, verb="OPTIONS")),
    "with half a body": ({400}, has_body, with_body(b'{"a":')),
    "with a text": ({415}, has_body, with_body(b"{}", **{"Content-Type": "text/plain"})),
    "with a word that nobody knows": ({422}, has_body, with_body(b'{"nonsense": 1}')),
    "with a list": ({422}, has_body, with_body(b"[]")),
    "with too much": ({413}, has_body, with_body(BIG)),
}  # fmt: skip


@pytest.fixture
def stage(clean_database: str, redis_url: str, tmp_path: Path) -> Iterator[Stage]:
    """A shop with rows of an owner."""
    shop = Indoors(clean_database, redis_url, tmp_path, log_file=str(tmp_path))
    yield Stage(shop)
    shop.close()


def document_of(app: Flask) -> Document:
    document: Document = app.test_client().get("/openapi.json").get_json()
    return document


def mistakes(
    stage: Stage, ask: Ask, statuses: Callable[[Route], set[int]], which: Callable[[Route], bool]
) -> list[str]:
    """What is wrong with the answers of all routes that are asked so, by every voice."""
    app = stage.shop.http.application
    document = document_of(app)
    routes = [route for route in routes_of(app) if which(route)]
    assert routes
    return [
        f"{route.name} {answer.status_code} to {voice}: {mistake}"
        for route in routes
        for voice in VOICES
        for answer in (ask(stage, route, voice),)
        for mistake in judged(answer, route, voice, statuses(route), document)
    ]


def judged(answer: TestResponse, route: Route, voice: Voice, statuses: set[int], document: Document) -> Iterator[str]:
    if answer.status_code not in statuses:
        yield f"not {sorted(statuses)}: {answer.text}"
    # Neither is an operation of the document.
    operation = document["paths"][API_PREFIX + route.path].get(answer.request.method.lower())
    liked = voice if answer.status_code != 406 else Voice(voice.language, "application/json")
    yield from broken(answer, liked, operation, document)


def test_every_route_keeps_its_promises_when_all_is_well(stage: Stage) -> None:
    # Where nobody is asked for a token, the body of the example proves nothing.
    expected = lambda route: route.successes | ({401} & route.statuses if not route.asks else set())  # noqa: E731

    assert mistakes(stage, rightly, expected, everywhere) == []


@pytest.mark.parametrize("how", WRONGLY)
def test_every_route_keeps_its_promises_when_it_is_asked_wrongly(stage: Stage, how: str) -> None:
    statuses, which, ask = WRONGLY[how]

    assert mistakes(stage, ask, lambda _: statuses, which) == []
