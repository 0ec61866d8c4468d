"""Rules over several fields, reported together with the rules of single fields."""

from typing import Any

import pytest

from shop.constants.permission import Permission
from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

EITHER_NAME, EITHER_FORM = "Say either email or name.", "Say either delta, or expected_stock and stock."
SYSTEM = "A permission of the system is for administrators only."


def counts(errors: dict[str, list[str]]) -> dict[str, int]:
    return {name: len(messages) for name, messages in errors.items()}


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({}, 422102, {"email": 1, "password": 1}),
        ({"password": ""}, 422102, {"email": 1, "password": 1}),
        ({"email": "a@b.example", "name": "Ada"}, 422102, {"email": 1, "password": 1}),
        ({"email": "no address", "name": "Ada", "password": "x"}, 422102, {"email": 2}),
        ({"email": None, "name": None}, 422102, {"email": 2, "name": 1, "password": 1}),
        ({"nonsense": 1}, 422102, {"email": 1, "password": 1, "nonsense": 1}),
        ({"email": "no address", "password": "x"}, 422102, {"email": 1}),
        ({"name": ""}, 422101, {"name": 1, "password": 1}),
    ],
)
def test_sign_in_reports_the_choice_of_a_name_with_other_errors(
    client: HttpClient, body: dict[str, Any], code: int, fields: dict[str, int]
) -> None:
    errors = data_of(client.post(f"{API}/auth/login", body), code)

    assert counts(errors) == fields
    assert (EITHER_NAME in errors.get("email", ())) is (("email" in body) == ("name" in body))


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({}, 422501, {"delta": 1, "reason": 1}),
        ({"reason": ""}, 422501, {"delta": 1, "reason": 1}),
        ({"delta": 0, "stock": 1}, 422501, {"delta": 2, "reason": 1}),
        ({"delta": "1", "expected_stock": -1}, 422501, {"delta": 2, "expected_stock": 1, "reason": 1}),
        ({"stock": -1, "reason": "counted"}, 422501, {"delta": 1, "stock": 1}),
        ({"stock": -1, "expected_stock": 1}, 422502, {"stock": 1, "reason": 1}),
    ],
)
def test_an_adjustment_reports_the_choice_of_a_form_with_other_errors(
    shop: Shop, client: HttpClient, item: int, body: dict[str, Any], code: int, fields: dict[str, int]
) -> None:
    errors = data_of(client.post(f"{API}/items/{item}/stock-adjustments", body, token=shop.admin()), code)

    assert counts(errors) == fields
    has_form = body.keys() - {"reason"} in ({"delta"}, {"stock", "expected_stock"})
    assert (EITHER_FORM in errors.get("delta", ())) is not has_form


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"roles": [], "permissions": [Permission.SYSTEM_APPOINT.code]}, {"roles": 1, "permissions": 1}),
        (
            {"roles": ["general"], "permissions": [Permission.SYSTEM_APPOINT.code, "999999"]},
            {"permissions": 1, "permissions.1": 1},
        ),
        ({"roles": ["general"], "permissions": [Permission.SYSTEM_APPOINT.code], "x": 1}, {"permissions": 1, "x": 1}),
        ({"roles": ["admin"], "permissions": [Permission.SYSTEM_APPOINT.code], "x": 1}, {"x": 1}),
        ({"permissions": [Permission.SYSTEM_APPOINT.code]}, {"roles": 1}),
    ],
)
def test_permissions_of_the_system_are_reported_with_other_errors(
    shop: Shop, client: HttpClient, body: dict[str, Any], fields: dict[str, int]
) -> None:
    path = f"{API}/users/{shop.enter().id}/roles"

    answer = client.request("PUT", path, body, token=shop.admin())

    assert answer.status == 422
    errors = answer.json["data"]
    assert counts(errors) == fields
    assert (SYSTEM in errors.get("permissions", ())) is ("permissions" in fields)


@pytest.mark.parametrize(
    ("path", "query", "names"),
    [
        ("/items", "page=0&search=nope:1", {"page", "search"}),
        ("/items", "per_page=x&orderBy=nope&filter=nope", {"per_page", "orderBy", "filter"}),
        ("/items", "nonsense=1&orderBy=nope", {"nonsense", "orderBy"}),
        ("/items", "pagination=cursor&page=1&per_page=0", {"page", "per_page"}),
        ("/items", "pagination=nothing&page=1&orderBy=nope", {"pagination", "orderBy"}),
        ("/orders", "include=nope&per_page=101", {"include", "per_page"}),
        ("/items", f"searchFields={'n' * 301}&search=name:a", {"searchFields"}),
        ("/items", f"orderBy={'n' * 301}&sortedBy=desc", {"orderBy"}),
        ("/items", "lang=xx&page=0&nonsense=1", {"lang", "page", "nonsense"}),
        ("/items", "page=1&page=2&per_page=0", {"page", "per_page"}),
        ("/auth/sessions", "page=0&per_page=0&lang=xx", {"page", "per_page", "lang"}),
    ],
)
def test_a_list_reports_the_query_as_a_whole_with_single_parameters(
    client: HttpClient, buyer: str, path: str, query: str, names: set[str]
) -> None:
    errors = data_of(client.get(f"{API}{path}?{query}", token=buyer), 422001)

    assert errors.keys() == names


def test_no_rule_over_several_fields_is_reported_for_a_body_that_is_no_object(client: HttpClient) -> None:
    assert data_of(client.post(f"{API}/auth/login", [1]), 422001).keys() == {"body"}
