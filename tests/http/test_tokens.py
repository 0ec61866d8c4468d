"""Who may come in."""

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


def forged(shop: Shop, *, key: str | None = None, algorithm: str = "HS256", kid: str = "", **claims: Any) -> str:
    """A token of a real user, signed with the real key, but for what is said otherwise; None leaves a claim out."""
    tokens = shop.container.get(Tokens)
    said = {**jwt.decode(shop.buyer(), options={"verify_signature": False}), **claims}
    kept = {name: value for name, value in said.items() if value is not None}
    ring = tokens.key_ring
    signed_by = ring.keys[ring.active].key if key is None else key
    return jwt.encode(kept, signed_by, algorithm, headers={"kid": kid or ring.active})


Forger = Callable[[Shop], str]
FORGERIES: dict[str, Forger] = {
    "garbled": lambda _: "no.token.atall",
    "one_part": lambda _: "abc",
    "a_trailing_equals_sign": lambda shop: shop.buyer() + "=",
    "a_changed_signature": lambda shop: shop.buyer()[:-4] + "AAAA",
    "another_key": lambda shop: forged(shop, key="k" * 48),
    "an_unknown_key_id": lambda shop: forged(shop, kid="unknown"),
    "another_algorithm": lambda shop: forged(shop, algorithm="HS512"),
    "no_signature": lambda shop: forged(shop, key="", algorithm="none"),
    "expired": lambda shop: forged(shop, exp=int(time.time()) - 1),
    "not_yet_valid": lambda shop: forged(shop, nbf=int(time.time()) + 60),
    "a_refresh_token": lambda shop: forged(shop, typ="refresh"),
    "another_issuer": lambda shop: forged(shop, iss="another"),
    "another_audience": lambda shop: forged(shop, aud="another"),
    "no_expiry": lambda shop: forged(shop, exp=None),
    "no_session": lambda shop: forged(shop, sid=None),
    "an_unknown_user": lambda shop: forged(shop, sub="999999999"),
    "a_user_of_another_tenant": lambda shop: forged(shop, tenant=2),
    "a_user_that_is_no_number": lambda shop: forged(shop, sub="root"),
}


def test_a_token_built_by_the_test_is_accepted_unless_changed(shop: Shop, client: HttpClient) -> None:
    data_of(client.get(f"{API}/auth/me", token=forged(shop)), 200)


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_an_invalid_token_is_refused(shop: Shop, client: HttpClient, item: int, forge: Forger) -> None:
    answer = client.post(f"{API}/items/{item}/purchase", {"quantity": 1}, token=forge(shop))

    assert data_of(answer, INVALID) == {"error_code": "TOKEN_INVALID"}
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Basic YQ=="}]
)
def test_a_request_without_a_token_gets_401(client: HttpClient, item: int, headers: dict[str, str]) -> None:
    answer = client.post(f"{API}/items/{item}/purchase", {"quantity": 1}, headers=headers)

    data_of(answer, MISSING)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_invalid_token_is_refused_on_public_routes(client: HttpClient, item: int) -> None:
    data_of(client.get(f"{API}/items/{item}"), 200)
    data_of(client.get(f"{API}/items/{item}", token="no.token.atall"), INVALID)


def test_authentication_is_checked_before_the_body(client: HttpClient, item: int) -> None:
    data_of(client.post(f"{API}/items/{item}/purchase", {"quantity": "many"}), MISSING)
