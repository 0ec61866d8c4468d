"""Requests to every route, and the mistakes in the responses."""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any
from uuid import uuid4

from flask import Flask
from werkzeug.test import TestResponse

from shop.app import API_PREFIX
from tests.http.support.answer_checks import ALL_PREFERENCES, Document, Preferences, find_violations
from tests.http.support.marked_rows import ACTORS, MarkedRows
from tests.http.support.routes import Route, example, read_routes
from tests.support.samples import sample

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


def send(marked_rows: MarkedRows, route: Route, preferences: Preferences, **options: Any) -> TestResponse:
    token = options.pop("token", None) or marked_rows.token_of(ADMIN, "")
    path = route.path.format(**options.pop("ids", marked_rows.ids())) + options.pop("query", "")
    defaults = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex, **preferences.headers}
    headers = {**defaults, **options.pop("headers", {})}
    headers = {name: value for name, value in headers.items() if value is not None}
    return marked_rows.shop.http.open(
        API_PREFIX + path, method=options.pop("verb", route.verb), headers=headers, **options
    )


def send_valid(
    marked_rows: MarkedRows, route: Route, preferences: Preferences, token: str | None = None, *, fresh: bool = True
) -> TestResponse:
    # Rows of its own: a change cannot be repeated.
    marked_rows = MarkedRows(marked_rows.shop) if fresh and route.verb != "GET" else marked_rows
    token = token or (marked_rows.owner.token if route.rule.own else None)
    body = None if route.body is None else example(route.body)
    return send(marked_rows, route, preferences, token=token, query=route.query, json=body)


def send_as_other_user(marked_rows: MarkedRows, route: Route, preferences: Preferences) -> TestResponse:
    token = marked_rows.token_of(OTHER_USER, "")
    return send(marked_rows, route, preferences, token=token, json=None if route.body is None else example(route.body))


def send_unknown_ids(marked_rows: MarkedRows, route: Route, preferences: Preferences) -> TestResponse:
    return send(
        marked_rows, route, preferences, ids=UNKNOWN_IDS, json=None if route.body is None else example(route.body)
    )


def match_every_route(_: Route) -> bool:
    return True


def read_document(app: Flask) -> Document:
    document: Document = app.test_client().get("/openapi.json").get_json()
    return document


def find_mistakes(
    marked_rows: MarkedRows,
    send_request: SendRequest,
    statuses: Callable[[Route], set[int]],
    matches: Callable[[Route], bool],
    all_preferences: Sequence[Preferences] = ALL_PREFERENCES,
) -> list[str]:
    """List the mistakes in the responses of all matching routes.

    A sample of the preferences has each language for every route.
    """
    app = marked_rows.shop.http.application
    document = read_document(app)
    routes = [route for route in read_routes(app) if matches(route)]
    assert routes
    cases = list(product(routes, all_preferences))
    return [
        f"{route.name} {answer.status_code} to {preferences}: {mistake}"
        for route, preferences in sample(cases, 0, key=lambda case: (case[0].name, case[1].language))
        for answer in (send_request(marked_rows, route, preferences),)
        for mistake in check_answer(answer, route, preferences, statuses(route), document)
    ]


def check_answer(
    answer: TestResponse, route: Route, preferences: Preferences, statuses: set[int], document: Document
) -> Iterator[str]:
    if answer.status_code not in statuses:
        yield f"not {sorted(statuses)}: {answer.text}"
    # OPTIONS and unknown methods have no operation.
    operation = document["paths"][API_PREFIX + route.path].get(answer.request.method.lower())
    expected = preferences if answer.status_code != 406 else Preferences(preferences.language, "application/json")
    yield from find_violations(answer, expected, operation, document)
