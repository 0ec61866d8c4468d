"""Detection tests of the access matrix: each planted defect is reported."""

import re
from typing import Any

import pytest
from sqlalchemy.orm import with_loader_criteria

from shop.core.auth import masking
from shop.core.auth.policy import AccessRule
from shop.core.crypto.tokens import Claims
from shop.core.database import tenant_filter as tenant_sql
from shop.models.order import Order
from shop.services.order import OrderService
from shop.services.session import SessionService
from tests.http.support.access_matrix import Cell, find_actor_mistakes, find_cell_mistakes, send_cell
from tests.http.support.marked_rows import ACTORS, MarkedRows
from tests.http.support.routes import Route, example, read_routes
from tests.purchase.support.in_process_shop import InProcessShop

ACTORS_BY_NAME = {actor.name: actor for actor in ACTORS}
OTHER_USER, ADMIN = ACTORS_BY_NAME["another user"], ACTORS_BY_NAME["an administrator"]


def route_of(shop: InProcessShop, name: str) -> Route:
    return next(route for route in read_routes(shop.http.application) if route.name == name)


def test_the_routes_and_rules_are_read(in_process_shop: InProcessShop) -> None:
    routes = read_routes(in_process_shop.http.application)
    assert len(routes) >= 23
    assert {re.split(r"\W", str(route.rule))[0] for route in routes} == {"Public", "For", "Needs"}


def test_a_permitted_caller_receives_every_mark(in_process_shop: InProcessShop) -> None:
    marked_rows = MarkedRows(in_process_shop)
    of_item = [f"/items/{{item_id}}{part}" for part in ("", "/stock-ledger", "/translations")]
    paths = ("/users", "/items", "/orders/{order_id}", *of_item)
    cells = [Cell(route_of(in_process_shop, f"GET {path}"), ADMIN, hidden=path == "/items/{item_id}") for path in paths]

    output = "".join(send_cell(marked_rows, cell).text for cell in cells)

    assert [area for area, mark in marked_rows.marks.items() if mark not in output] == []


def test_example_bodies_follow_the_documentation(in_process_shop: InProcessShop) -> None:
    bodies = {route.name: example(route.body) for route in read_routes(in_process_shop.http.application) if route.body}
    assert bodies["PUT /users/{user_id}/roles"] == {"roles": ["general"], "permissions": ["100003"]}
    assert bodies["POST /items/{item_id}/stock-adjustments"].keys() == {"delta", "reason"}


def test_a_rule_that_allows_every_caller_is_detected(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AccessRule, "allows", lambda *_: True)

    mistakes = find_actor_mistakes(in_process_shop, OTHER_USER)

    assert "POST /items: 201, not [403]" in mistakes
    assert "GET /users: leaks rows of 100" in mistakes
    assert len(mistakes) > 10


def test_rows_open_to_every_caller_are_detected(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AccessRule, "allows_row", lambda *_: True)

    mistakes = find_actor_mistakes(in_process_shop, OTHER_USER)

    assert {"GET /orders/{order_id}: 200, not [404]", "POST /orders/{order_id}/cancel: 200, not [404]"} <= {*mistakes}
    assert {"GET /orders/{order_id}: leaks rows of 400", "GET /users/{user_id}: 200, not [404]"} <= {*mistakes}


def test_a_list_without_an_owner_filter_is_detected(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked_rows, page = MarkedRows(in_process_shop), OrderService.page
    monkeypatch.setattr(OrderService, "page", lambda self, _, *arguments: page(self, marked_rows.owner.id, *arguments))

    mistakes = find_cell_mistakes(marked_rows, Cell(route_of(in_process_shop, "GET /orders"), OTHER_USER))

    assert list(mistakes) == ["GET /orders: leaks rows of 400"]


def test_a_refusal_after_the_write_is_detected(in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch) -> None:
    original_send = InProcessShop.send

    def send_first_as_administrator(
        self: InProcessShop, verb: str, path: str, token: str | None, body: Any = None
    ) -> Any:
        original_send(self, verb, path, self.admin(), body)
        return original_send(self, verb, path, token, body)

    monkeypatch.setattr(InProcessShop, "send", send_first_as_administrator)

    assert "DELETE /items/{item_id}: refused after the write" in find_actor_mistakes(
        in_process_shop, OTHER_USER, "DELETE"
    )


def test_an_unmasked_email_is_detected(in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "mask_text", lambda text: text)

    assert find_actor_mistakes(in_process_shop, ACTORS_BY_NAME["a clerk with that permission"], "GET") == [
        "GET /users: leaks rows of 100002",
        "GET /users/{user_id}: leaks rows of 100002",
    ]


def test_missing_tenant_isolation_is_detected(in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenant_sql, "_tenant_criteria", lambda _: with_loader_criteria(Order, Order.seq >= 0))
    monkeypatch.setattr(tenant_sql, "find_scope", lambda: None)

    mistakes = find_actor_mistakes(in_process_shop, ACTORS_BY_NAME["an administrator of another tenant"], "GET")

    assert {"GET /users: leaks rows of 100", "GET /users: leaks rows of 100002"} <= set(mistakes)


def test_an_authenticated_disabled_user_is_detected(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load_any_user(self: SessionService, claims: Claims) -> Any:
        user = self.users.find(claims.user_id)
        return {"changed": 0, "card": self.user_combination.card(user)} if user else None

    monkeypatch.setattr(SessionService, "_load_entry", load_any_user)

    mistakes = find_actor_mistakes(in_process_shop, ACTORS_BY_NAME["a disabled user"], "GET")

    assert "GET /auth/me: 200, not [401]" in mistakes
