"""Conformance of every route to valid and invalid requests."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from shop.app import API_PREFIX
from tests.http.support.answer_checks import SUCCESS_PREFERENCES
from tests.http.support.marked_rows import MarkedRows
from tests.http.support.route_requests import (
    SendRequest,
    find_mistakes,
    match_every_route,
    send,
    send_as_other_user,
    send_unknown_ids,
    send_valid,
)
from tests.http.support.routes import Route
from tests.purchase.support.in_process_shop import InProcessShop

TOO_LARGE = b'{"a": "' + b"a" * 1024 * 1024 + b'"}'
JSON = {"Content-Type": "application/json"}


def with_body(data: bytes, **headers: str) -> SendRequest:
    return partial(send, data=data, headers={**JSON, **headers})


def has_body(route: Route) -> bool:
    return route.body is not None


# Kind of invalid request -> allowed statuses, filter of routes, function that sends the request.
CLIENT_ERRORS: dict[str, tuple[set[int], Callable[[Route], bool], SendRequest]] = {
    "without a token": (
        {401}, lambda route: route.checks_token and not route.rule.public,
        partial(send, headers={"Authorization": None}),
    ),
    "as another user": ({403}, lambda route: 403 in route.statuses, send_as_other_user),
    "for an unknown id": ({404}, lambda route: bool(route.parameters), send_unknown_ids),
    "for an unsupported media type": ({406}, match_every_route, partial(send, headers={"Accept": "text/csv"})),
    "with an unknown query parameter": ({422}, match_every_route, partial(send, query="?nonsense=1")),
    "with an unknown method": ({405}, match_every_route, partial(send, verb="BREW")),
    "with If-Match": ({422}, lambda route: not route.evaluates_if_match, partial(send, headers={"If-Match": '"a"'})),
    "with If-None-Match": (
        {422}, lambda route: route.verb != "GET" and not route.evaluates_if_match,
        partial(send, headers={"If-None-Match": "*"}),
    ),
    "with a truncated body": ({400}, has_body, with_body(b'{"a":')),
    "with a text body": ({415}, has_body, with_body(b"{}", **{"Content-Type": "text/plain"})),
    "with an unknown field": ({422}, has_body, with_body(b'{"nonsense": 1}')),
    "with a list as body": ({422}, has_body, with_body(b"[]")),
    "with a too large body": ({413}, has_body, with_body(TOO_LARGE)),
}  # fmt: skip


@pytest.fixture
def marked_rows(clean_database: str, redis_url: str, tmp_path: Path) -> Iterator[MarkedRows]:
    """Marked rows of an owner, in a shop of this test."""
    shop = InProcessShop(clean_database, redis_url, tmp_path, log_file=str(tmp_path))
    yield MarkedRows(shop)
    shop.close()


def test_every_route_conforms_on_success(marked_rows: MarkedRows) -> None:
    def expected(route: Route) -> set[int]:
        # On routes without a token the example body contains wrong credentials.
        return route.successes | (set() if route.checks_token else {401} & route.statuses)

    assert find_mistakes(marked_rows, send_valid, expected, match_every_route, SUCCESS_PREFERENCES) == []


def test_created_resources_can_be_read_at_their_location(marked_rows: MarkedRows) -> None:
    shop, owner = marked_rows.shop, marked_rows.owner.token
    item = {"name": "Thing", "price_minor": 1, "currency": "EUR", "stock": 1, "status": "draft"}
    registration = {"name": "Ada", "email": "ada@places.example", "password": "Correct-horse-1"}

    created = shop.send("POST", "/items", shop.admin_token, item)
    ordered = shop.send("POST", f"/items/{marked_rows.item}/purchase", owner, {"quantity": 1})
    registered = shop.send("POST", "/auth/register", None, registration)

    new_token = registered.get_json()["data"]["access_token"]
    for answer, token in ((created, shop.admin_token), (ordered, owner), (registered, new_token)):
        location = answer.headers["Location"].removeprefix(API_PREFIX)
        assert (answer.status_code, shop.send("GET", location, token).status_code) in {(201, 200), (202, 200)}, location


@pytest.mark.parametrize("case", CLIENT_ERRORS)
def test_every_route_conforms_on_client_errors(marked_rows: MarkedRows, case: str) -> None:
    statuses, matches, send_request = CLIENT_ERRORS[case]

    assert find_mistakes(marked_rows, send_request, lambda _: statuses, matches) == []
