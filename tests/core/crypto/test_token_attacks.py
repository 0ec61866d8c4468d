"""Forged and mutated tokens."""

import base64
import json
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
from tests.support.samples import runs_all
from tests.support.session_tokens import issue_access_token, issue_tokens

MUTATIONS = 100_000 if runs_all() else 10_000
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
    """Return True when the token is refused with TOKEN_INVALID."""
    try:
        tokens.verify(token)
    except ShopError as error:
        return error.code is CoreExceptionCode.TOKEN_INVALID
    return False


def sign(tokens: Tokens, payload: bytes, **header: Any) -> str:
    """Sign any bytes with a valid key."""
    key = tokens.key_ring.keys["one"]
    return jwt.api_jws.encode(payload, key.key, key.algorithm, headers={"kid": "one", **header})


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def encode(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _change(rng: random.Random, issued: list[str]) -> str:
    token = rng.choice(issued)
    at = rng.randrange(len(token))
    return token[:at] + rng.choice(LETTERS) + token[at + rng.randint(0, 1) :]


def _cut(rng: random.Random, issued: list[str]) -> str:
    token = rng.choice(issued)
    at = rng.randrange(len(token))
    return token[:at] + token[at + rng.randint(1, 9) :]


def _swap(rng: random.Random, issued: list[str]) -> str:
    return ".".join(rng.choice(issued).split(".")[part] for part in range(3))


def _change_claim(rng: random.Random, issued: list[str]) -> str:
    head, _, signature = rng.choice(issued).split(".")
    claims = claims_of(rng.choice(issued))
    claims[rng.choice([*claims, "roles", "admin"])] = rng.choice([1, "1", None, True, 10**30, "admin", [], {}])
    return f"{head}.{encode(claims)}.{signature}"


def _change_header(rng: random.Random, issued: list[str]) -> str:
    _, body, signature = rng.choice(issued).split(".")
    algorithm = rng.choice(["none", "HS256", "HS512", "EdDSA", "RS256", "", None, 7])
    head = {"alg": algorithm, "kid": rng.choice(["one", "other", "none", "", None, 1, "../one"])}
    return f"{encode(head)}.{body}.{rng.choice([signature, '', 'AA'])}"


MUTATORS: tuple[Mutation, ...] = (_change, _change, _cut, _swap, _change_claim, _change_header)


def _mutate(tokens: Tokens, seed: int) -> Iterator[str]:
    rng, issued = (
        random.Random(seed),
        [issue_access_token(tokens, user_id, tenant) for user_id in (1, 2, 3) for tenant in (1, 2)],
    )
    for _ in range(MUTATIONS // 2):
        token = rng.choice(MUTATORS)(rng, issued)
        if token not in issued:
            yield token


def test_mutated_tokens_are_refused(tokens: Tokens) -> None:
    assert [token for token in _mutate(tokens, 7) if not is_refused(tokens, token)] == []


def test_a_public_key_is_not_accepted_as_hmac_secret(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"active": "one", "keys": {"one": new_key("EdDSA")}}))
    tokens = Tokens(Settings(jwt_keys_file=str(path)))
    public = tokens.key_ring.keys["one"].key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    claims = claims_of(issue_access_token(tokens))

    for secret in (public, public.hex().encode(), base64.urlsafe_b64encode(public)):
        assert is_refused(tokens, jwt.encode(claims, secret, "HS256", headers={"kid": "one"}))


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf", "tenant"])
@pytest.mark.parametrize("form", [str, float, lambda number: [number], lambda _: True, lambda _: None])
def test_a_numeric_claim_of_another_type_is_refused(tokens: Tokens, claim: str, form: Callable[[Any], Any]) -> None:
    claims = claims_of(issue_access_token(tokens))
    assert is_refused(tokens, sign(tokens, json.dumps({**claims, claim: form(claims[claim])}).encode()))


@pytest.mark.parametrize("sub", ["0", "-1", "01", "1.0", " 1", "1\n", "9" * 19, "\uff11"])
def test_a_malformed_user_id_is_refused(tokens: Tokens, sub: str) -> None:
    claims = claims_of(issue_access_token(tokens))
    assert is_refused(tokens, sign(tokens, json.dumps({**claims, "sub": sub}).encode()))


def test_a_duplicate_claim_is_refused(tokens: Tokens) -> None:
    body = json.dumps(claims_of(issue_access_token(tokens))).encode()
    assert not is_refused(tokens, sign(tokens, body))
    assert is_refused(tokens, sign(tokens, b'{"sub": "1", ' + body[1:]))
    assert is_refused(tokens, sign(tokens, body[:-1] + b', "sub": "1"}'))


@pytest.mark.parametrize("payload", [b"[]", b"7", b"null", b"", b"\xff", b"[" * 2000, b'{"exp": NaN}'])
def test_a_payload_that_is_not_an_object_is_refused(tokens: Tokens, payload: bytes) -> None:
    assert is_refused(tokens, sign(tokens, payload))


@pytest.mark.parametrize("header", [{"crit": ["exp"]}, {"b64": False}, {"alg": "none"}])
def test_a_header_with_extensions_is_refused(tokens: Tokens, header: dict[str, Any]) -> None:
    claims, (_, body, signature) = {"kid": "one", "alg": "HS256", **header}, issue_access_token(tokens).split(".")
    assert is_refused(tokens, f"{encode(claims)}.{body}.{signature}")


def test_access_and_refresh_tokens_are_not_interchangeable(tokens: Tokens) -> None:
    pair = issue_tokens(tokens)
    assert is_refused(tokens, pair["refresh_token"])
    with pytest.raises(ShopError):
        tokens.verify_refresh(pair["access_token"])
    assert tokens.verify_refresh(pair["refresh_token"]).user_id == 7


def test_a_token_that_is_too_long_is_not_parsed(tokens: Tokens) -> None:
    # Time of the processor, since other processes use the machine too.
    began = time.thread_time()
    assert is_refused(tokens, "a" * 5_000_000 + ".b.c")
    assert time.thread_time() - began < 1.0


def test_unused_bits_of_a_part_make_no_second_token(tokens: Tokens) -> None:
    token = issue_access_token(tokens, 7, 1)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for part in range(3):
        texts = token.split(".")
        accepted = []
        for letter in letters:
            texts[part] = texts[part][:-1] + letter
            accepted += [letter] if not is_refused(tokens, ".".join(texts)) else []
        assert accepted == [token.split(".")[part][-1]]
