"""The OpenAPI document says who may, in the words of the rule that the Controller declares."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from shop.constants.permission import Permission
from shop.core.auth.policy import OWNER, PUBLIC, SIGNED_IN, AccessRule, owner_or, permission, public_or
from tests.http.support.routes import Route, read_routes
from tests.openapi.test_document import operations

Document = dict[str, Any]
DRAFTS = Permission.ITEMS_VIEW_DRAFTS
UNASKED = {
    "postRegisterUser", "postSignInUser", "postRefreshSession", "putRefreshSession", "getConstants", "getConstant",
}  # fmt: skip
OPEN = {
    "POST /auth/register", "POST /auth/login", "POST /auth/refresh", "PUT /auth/refresh",
    "POST /items/{item_id}/purchase", "GET /permissions",
    "GET /constants", "GET /constants/{constant}",
}  # fmt: skip
IDS = {
    "getAccounts", "getAccount", "putAccountRoles", "postDisableAccount", "postEnableAccount", "getPermissions",
    "getUserOrders",
}  # fmt: skip


def described(client: FlaskClient, document: Document) -> list[tuple[Route, Document]]:
    return [
        (route, document["paths"][f"/api/v1{route.path}"][route.verb.lower()])
        for route in read_routes(client.application)
    ]


def test_operation_ids_about_rights_are_stable(document: Document) -> None:
    # A change here breaks every generated client: only ever add.
    assert {operation["operationId"] for _, operation in operations(document)} >= IDS


def test_every_operation_that_asks_who_calls_says_who_may(client: FlaskClient, document: Document) -> None:
    silent = {
        said["operationId"]
        for route, said in described(client, document)
        if str(route.rule) not in said.get("description", "")
    }
    assert silent == UNASKED


def test_whoever_may_lack_a_permission_may_hear_403_and_nobody_else(client: FlaskClient, document: Document) -> None:
    for route, said in described(client, document):
        assert ("403" in said["responses"]) is route.rule.is_restricted, route.name


def test_whoever_may_find_that_a_row_is_anothers_may_hear_404(client: FlaskClient, document: Document) -> None:
    owned = [(route, said) for route, said in described(client, document) if route.rule.own and route.parameters]
    assert len(owned) >= 3
    assert [route.name for route, said in owned if "404" not in said["responses"]] == []


def test_a_route_that_masks_says_what_and_for_whom(client: FlaskClient, document: Document) -> None:
    masking = [(route, said) for route, said in described(client, document) if route.masks]
    assert len(masking) >= 5
    for _, said in masking:
        assert "Without users.view_email (100002) others' `email` is masked." in said["description"]


def test_every_route_that_shows_an_address_of_others_masks_it(client: FlaskClient, document: Document) -> None:
    for route, said in described(client, document):
        shows = "#/components/schemas/Account" in str(said["responses"])
        assert bool(route.masks) is shows, route.name


def test_only_these_routes_are_open_to_whoever_comes_or_signs_in(client: FlaskClient) -> None:
    # Whoever adds one here has thought about it; a route that names an owner or a permission needs no line.
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
def test_a_rule_is_a_sentence(rule: AccessRule, sentence: str) -> None:
    assert str(rule) == sentence
