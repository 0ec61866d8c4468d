"""Authorization rules of Controllers in the OpenAPI document."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from shop.constants.permission import Permission
from shop.core.auth.policy import OWNER, PUBLIC, SIGNED_IN, AccessRule, owner_or, permission, public_or
from tests.http.support.routes import Route, read_routes
from tests.openapi.test_document import operations

Document = dict[str, Any]
DRAFTS = Permission.ITEMS_VIEW_DRAFTS
OPEN = {
    "POST /auth/register", "POST /auth/login", "POST /auth/refresh", "PUT /auth/refresh",
    "POST /items/{item_id}/purchase", "GET /permissions",
    "GET /constants", "GET /constants/{constant}",
}  # fmt: skip
IDS = {
    "listUsers", "getUser", "replaceUserRoles", "disableUser", "enableUser", "listPermissions", "listUserOrders",
}  # fmt: skip


def described(client: FlaskClient, document: Document) -> list[tuple[Route, Document]]:
    return [
        (route, document["paths"][f"/api/v1{route.path}"][route.verb.lower()])
        for route in read_routes(client.application)
    ]


def test_operation_ids_about_permissions_are_stable(document: Document) -> None:
    # A change here breaks every generated client: only ever add.
    assert {operation["operationId"] for _, operation in operations(document)} >= IDS


def test_every_operation_with_a_rule_describes_it(client: FlaskClient, document: Document) -> None:
    undocumented = {
        operation["operationId"]
        for route, operation in described(client, document)
        if str(route.rule) not in operation.get("description", "")
    }
    assert undocumented == set()


def test_only_operations_that_need_a_permission_document_403(client: FlaskClient, document: Document) -> None:
    for route, operation in described(client, document):
        assert ("403" in operation["responses"]) is route.rule.is_restricted, route.name


def test_operations_on_rows_with_an_owner_document_404(client: FlaskClient, document: Document) -> None:
    routes = described(client, document)
    owned = [(route, operation) for route, operation in routes if route.rule.own and route.parameters]
    assert len(owned) >= 3
    assert [route.name for route, operation in owned if "404" not in operation["responses"]] == []


def test_a_route_with_masked_fields_describes_the_mask(client: FlaskClient, document: Document) -> None:
    masking = [(route, operation) for route, operation in described(client, document) if route.masks]
    assert len(masking) >= 5
    for _, operation in masking:
        assert "Without users.view_email (100002) others' `email` is masked." in operation["description"]


def test_every_route_that_shows_an_address_of_others_masks_it(client: FlaskClient, document: Document) -> None:
    for route, operation in described(client, document):
        shows = "#/components/schemas/Account" in str(operation["responses"])
        assert bool(route.masks) is shows, route.name


def test_only_these_routes_need_neither_owner_nor_permission(client: FlaskClient) -> None:
    # A new entry here is a deliberate decision. Routes with an owner or a permission need no entry.
    rules = {route.name: route.rule for route in read_routes(client.application)}
    assert {name for name, rule in rules.items() if not (rule.own or rule.permission)} == OPEN
    assert {name for name, rule in rules.items() if rule.public and rule.permission} == {
        "GET /items",
        "GET /items/{item_id}",
    }


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (PUBLIC, "Public."),
        (SIGNED_IN, "Needs a sign-in."),
        (OWNER, "For one's own."),
        (permission(DRAFTS), "Needs items.view_drafts (300001)."),
        (owner_or(DRAFTS), "For one's own; for others' it needs items.view_drafts (300001)."),
        (public_or(DRAFTS), "Public; what is not public needs items.view_drafts (300001)."),
    ],
)
def test_a_rule_is_described_by_a_sentence(rule: AccessRule, sentence: str) -> None:
    assert str(rule) == sentence
