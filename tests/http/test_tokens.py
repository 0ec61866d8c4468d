"""Access tokens: missing, invalid and forged."""

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from shop.core.crypto.tokens import Tokens
from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

MISSING, INVALID = 401001, 401002


def forge_token(shop: Shop, *, key: str | None = None, algorithm: str = "HS256", kid: str = "", **claims: Any) -> str:
    """Build a token of a real user with changed claims.

    The real key and algorithm are used unless given.
    A claim that is None is left out.
    """
    tokens = shop.container.get(Tokens)
    changed = {**jwt.decode(shop.buyer(), options={"verify_signature": False}), **claims}
    payload = {name: value for name, value in changed.items() if value is not None}
    key_ring = tokens.key_ring
    signed_by = key_ring.keys[key_ring.active].key if key is None else key
    return jwt.encode(payload, signed_by, algorithm, headers={"kid": kid or key_ring.active})


Forger = Callable[[Shop], str]
FORGERIES: dict[str, Forger] = {
    "not_base64": lambda _: "not.a.token",
    "one_part": lambda _: "abc",
    "a_trailing_equals_sign": lambda shop: shop.buyer() + "=",
    "a_changed_signature": lambda shop: shop.buyer()[:-4] + "AAAA",
    "another_key": lambda shop: forge_token(shop, key="k" * 48),
    "an_unknown_key_id": lambda shop: forge_token(shop, kid="unknown"),
    "another_algorithm": lambda shop: forge_token(shop, algorithm="HS512"),
    "no_signature": lambda shop: forge_token(shop, key="", algorithm="none"),
    "expired": lambda shop: forge_token(shop, exp=int(time.time()) - 1),
    "not_yet_valid": lambda shop: forge_token(shop, nbf=int(time.time()) + 60),
    "a_refresh_token": lambda shop: forge_token(shop, typ="refresh"),
    "another_issuer": lambda shop: forge_token(shop, iss="another"),
    "another_audience": lambda shop: forge_token(shop, aud="another"),
    "no_expiry": lambda shop: forge_token(shop, exp=None),
    "no_session": lambda shop: forge_token(shop, sid=None),
    "an_unknown_user": lambda shop: forge_token(shop, sub="999999999"),
    "a_user_of_another_tenant": lambda shop: forge_token(shop, tenant=2),
    "the_tenant_zero": lambda shop: forge_token(shop, tenant=0),
    "a_tenant_below_zero": lambda shop: forge_token(shop, tenant=-1),
    "a_tenant_beyond_every_column": lambda shop: forge_token(shop, tenant=2**70),
    "an_expiry_beyond_every_date": lambda shop: forge_token(shop, exp=2**70),
    "a_user_that_is_no_number": lambda shop: forge_token(shop, sub="root"),
}


def test_a_token_built_by_the_test_is_accepted_unless_changed(shop: Shop, client: HttpClient) -> None:
    data_of(client.get(f"{API}/auth/me", token=forge_token(shop)), 200)


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_an_invalid_token_is_refused(shop: Shop, client: HttpClient, item: int, forge: Forger) -> None:
    answer = client.post(f"{API}/items/{item}/purchase", {"quantity": 1}, token=forge(shop))

    assert data_of(answer, INVALID) == {"error_code": "TOKEN_INVALID", "retry": "same_key"}
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Basic YQ=="}]
)
def test_a_request_without_a_token_gets_401(client: HttpClient, item: int, headers: dict[str, str]) -> None:
    answer = client.post(f"{API}/items/{item}/purchase", {"quantity": 1}, headers=headers)

    data_of(answer, MISSING)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("tenant", [0, -1, 2**70])
def test_a_tenant_that_cannot_be_is_refused_on_every_kind_of_route(
    shop: Shop, client: HttpClient, item: int, tenant: int
) -> None:
    token = forge_token(shop, tenant=tenant)
    paths = (f"/items/{item}", "/auth/me", "/orders", "/users", "/auth/sessions")

    for path in paths:
        data_of(client.get(API + path, token=token), INVALID)
    data_of(client.post(f"{API}/auth/logout", None, token=token), INVALID)


def test_an_invalid_token_is_refused_on_public_routes(client: HttpClient, item: int) -> None:
    data_of(client.get(f"{API}/items/{item}"), 200)
    data_of(client.get(f"{API}/items/{item}", token="not.a.token"), INVALID)


def test_authentication_is_checked_before_the_body(client: HttpClient, item: int) -> None:
    data_of(client.post(f"{API}/items/{item}/purchase", {"quantity": "many"}), MISSING)
