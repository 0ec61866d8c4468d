"""Tokens that nobody issued."""

import base64
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shop.core.crypto.signing_keys import new_key
from shop.core.crypto.tokens import Tokens
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.settings.settings import Settings
from tests.support.session_tokens import issue_access_token, issue_tokens

MUTATIONS = int(os.environ.get("SHOP_TEST_MUTATIONS", "100000"))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=. +/\n\0é"
SECRET = "s" * 48
Mutation = Callable[[random.Random, list[str]], str]


@pytest.fixture(params=["HS256", "EdDSA"])
def tokens(tmp_path: Path, request: pytest.FixtureRequest) -> Tokens:
    key = SECRET if request.param == "HS256" else new_key("EdDSA")
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"active": "one", "keys": {"one": key, "other": "o" * 48}}))
    return Tokens(Settings(jwt_keys_file=str(path)))


def is_refused(tokens: Tokens, token: str) -> bool:
    """Whether a token is refused, and with the error that is meant for it."""
    try:
        tokens.verify(token)
    except ShopError as error:
        return error.code is CoreExceptionCode.TOKEN_INVALID
    return False


def signed(tokens: Tokens, payload: bytes, **header: Any) -> str:
    """Any bytes under our own signature."""
    key = tokens.key_ring.keys["one"]
    return jwt.api_jws.encode(payload, key.key, key.algorithm, headers={"kid": "one", **header})


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _changed(rng: random.Random, made: list[str]) -> str:
    token = rng.choice(made)
    at = rng.randrange(len(token))
    return token[:at] + rng.choice(LETTERS) + token[at + rng.randint(0, 1) :]


def _cut(rng: random.Random, made: list[str]) -> str:
    token = rng.choice(made)
    at = rng.randrange(len(token))
    return token[:at] + token[at + rng.randint(1, 9) :]


def _swapped(rng: random.Random, made: list[str]) -> str:
    return ".".join(rng.choice(made).split(".")[part] for part in range(3))


def _claimed(rng: random.Random, made: list[str]) -> str:
    head, _, signature = rng.choice(made).split(".")
    claims = claims_of(rng.choice(made))
    claims[rng.choice([*claims, "roles", "admin"])] = rng.choice([1, "1", None, True, 10**30, "admin", [], {}])
    return f"{head}.{encoded(claims)}.{signature}"


def _headed(rng: random.Random, made: list[str]) -> str:
    _, body, signature = rng.choice(made).split(".")
    algorithm = rng.choice(["none", "HS256", "HS512", "EdDSA", "RS256", "", None, 7])
    head = {"alg": algorithm, "kid": rng.choice(["one", "other", "none", "", None, 1, "../one"])}
    return f"{encoded(head)}.{body}.{rng.choice([signature, '', 'AA'])}"


MUTATORS: tuple[Mutation, ...] = (_changed, _changed, _cut, _swapped, _claimed, _headed)


def _mutated(tokens: Tokens, seed: int) -> Iterator[str]:
    rng, made = (
        random.Random(seed),
        [issue_access_token(tokens, user_id, tenant) for user_id in (1, 2, 3) for tenant in (1, 2)],
    )
    for _ in range(MUTATIONS // 2):
        token = rng.choice(MUTATORS)(rng, made)
        if token not in made:
            yield token


def test_of_a_hundred_thousand_mutated_tokens_none_is_accepted(tokens: Tokens) -> None:
    assert [token for token in _mutated(tokens, 7) if not is_refused(tokens, token)] == []


def test_a_public_key_is_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"active": "one", "keys": {"one": new_key("EdDSA")}}))
    tokens = Tokens(Settings(jwt_keys_file=str(path)))
    public = tokens.key_ring.keys["one"].key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    claims = claims_of(issue_access_token(tokens))

    for secret in (public, public.hex().encode(), base64.urlsafe_b64encode(public)):
        assert is_refused(tokens, jwt.encode(claims, secret, "HS256", headers={"kid": "one"}))


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf", "tenant"])
@pytest.mark.parametrize("form", [str, float, lambda number: [number], lambda _: True, lambda _: None])
def test_a_number_in_another_form_is_refused(tokens: Tokens, claim: str, form: Callable[[Any], Any]) -> None:
    claims = claims_of(issue_access_token(tokens))
    assert is_refused(tokens, signed(tokens, json.dumps({**claims, claim: form(claims[claim])}).encode()))


@pytest.mark.parametrize("sub", ["0", "-1", "01", "1.0", " 1", "1\n", "9" * 19, "\uff11"])
def test_a_user_in_another_form_is_refused(tokens: Tokens, sub: str) -> None:
    claims = claims_of(issue_access_token(tokens))
    assert is_refused(tokens, signed(tokens, json.dumps({**claims, "sub": sub}).encode()))


def test_a_claim_that_stands_there_twice_is_refused(tokens: Tokens) -> None:
    body = json.dumps(claims_of(issue_access_token(tokens))).encode()
    assert not is_refused(tokens, signed(tokens, body))
    assert is_refused(tokens, signed(tokens, b'{"sub": "1", ' + body[1:]))
    assert is_refused(tokens, signed(tokens, body[:-1] + b', "sub": "1"}'))


@pytest.mark.parametrize("payload", [b"[]", b"7", b"null", b"", b"\xff", b"[" * 2000, b'{"exp": NaN}'])
def test_a_payload_that_is_no_object_is_refused(tokens: Tokens, payload: bytes) -> None:
    assert is_refused(tokens, signed(tokens, payload))


@pytest.mark.parametrize("header", [{"crit": ["exp"]}, {"b64": False}, {"alg": "none"}])
def test_a_header_that_asks_for_more_is_refused(tokens: Tokens, header: dict[str, Any]) -> None:
    claims, (_, body, signature) = {"kid": "one", "alg": "HS256", **header}, issue_access_token(tokens).split(".")
    assert is_refused(tokens, f"{encoded(claims)}.{body}.{signature}")


def test_a_refresh_token_is_no_access_token_and_an_access_token_refreshes_nothing(tokens: Tokens) -> None:
    both = issue_tokens(tokens)
    assert is_refused(tokens, both["refresh_token"])
    with pytest.raises(ShopError):
        tokens.verify_refresh(both["access_token"])
    assert tokens.verify_refresh(both["refresh_token"]).user_id == 7


def test_a_token_that_is_too_long_is_not_looked_at(tokens: Tokens) -> None:
    began = time.perf_counter()
    assert is_refused(tokens, "a" * 5_000_000 + ".b.c")
    assert time.perf_counter() - began < 1.0
