"""Access tokens: claims, refused tokens, and key changes."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest

from shop.core.crypto.tokens import Tokens
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.settings.settings import Settings
from tests.support.session_tokens import issue_access_token

OLD, NEW = "o" * 48, "n" * 48
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
CLAIMS = ["iss", "aud", "exp", "iat", "nbf", "jti", "sub", "tenant", "sid", "typ"]
MakeTokens = Callable[..., Tokens]


@pytest.fixture
def make_tokens(tmp_path: Path) -> MakeTokens:
    def make(active: str = "old", keys: dict[str, str] | None = None, **settings: Any) -> Tokens:
        path = tmp_path / f"{time.monotonic_ns()}.json"
        path.write_text(json.dumps({"active": active, "keys": keys or {"old": OLD}}))
        return Tokens(Settings(jwt_keys_file=str(path), **settings))

    return make


@pytest.fixture
def tokens(make_tokens: MakeTokens) -> Tokens:
    return make_tokens()


def claims_of(tokens: Tokens) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(issue_access_token(tokens, 7, 1), options={"verify_signature": False})
    return claims


def sign(claims: dict[str, Any], key: str = OLD, algorithm: str = "HS256", kid: Any = "old") -> str:
    return jwt.encode(claims, key, algorithm, headers={"kid": kid})


def refuses(tokens: Tokens, token: str) -> bool:
    try:
        tokens.verify(token)
    except ShopError as error:
        return error.code is CoreExceptionCode.TOKEN_INVALID
    return False


def test_a_token_contains_user_tenant_and_expiry(tokens: Tokens) -> None:
    claims = tokens.verify(issue_access_token(tokens, 7, 3))
    assert (claims.user_id, claims.tenant_id) == (7, 3)
    assert claims.expires == pytest.approx(time.time() + 3600, abs=3)


def test_a_token_carries_every_required_claim(tokens: Tokens) -> None:
    assert sorted(claims_of(tokens)) == sorted(CLAIMS)


def test_a_correctly_signed_token_is_accepted(tokens: Tokens) -> None:
    assert not refuses(tokens, sign(claims_of(tokens)))


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_token_without_a_required_claim_is_refused(tokens: Tokens, claim: str) -> None:
    claims = claims_of(tokens)
    del claims[claim]
    assert refuses(tokens, sign(claims))


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "another issuer"),
        ("aud", "another service"),
        ("typ", "refresh"),
        ("typ", None),
        ("exp", 1),
        ("exp", "tomorrow"),
        ("nbf", 4_000_000_000),
        ("iat", 4_000_000_000),
        ("sub", "seven"),
        ("sub", ""),
        ("sub", None),
        ("tenant", None),
        ("tenant", "x"),
        ("tenant", []),
    ],
)
def test_a_wrong_claim_is_refused(tokens: Tokens, claim: str, value: Any) -> None:
    claims = {**claims_of(tokens), claim: value}
    # Encoded without the checks of PyJWT, which refuses some of these claims.
    token = jwt.api_jws.encode(json.dumps(claims).encode(), OLD, "HS256", headers={"kid": "old"})
    assert refuses(tokens, token)


def test_a_token_of_another_key_is_refused(tokens: Tokens) -> None:
    assert refuses(tokens, sign(claims_of(tokens), key=NEW))


@pytest.mark.parametrize("kid", ["unknown", "", "../old", "None"])
def test_a_token_of_an_unknown_key_is_refused(tokens: Tokens, kid: str) -> None:
    assert refuses(tokens, sign(claims_of(tokens), kid=kid))


def test_a_token_without_a_key_id_is_refused(tokens: Tokens) -> None:
    assert refuses(tokens, jwt.encode(claims_of(tokens), OLD, "HS256"))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_a_token_of_another_algorithm_is_refused(tokens: Tokens, algorithm: str) -> None:
    assert refuses(tokens, sign(claims_of(tokens), algorithm=algorithm, key=OLD * 2))
    assert refuses(tokens, sign(claims_of(tokens), algorithm=algorithm))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
def test_an_unsigned_token_is_refused(tokens: Tokens, algorithm: str) -> None:
    head = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "kid": "old"}).encode()).decode().rstrip("=")
    body = issue_access_token(tokens, 7, 1).split(".")[1]
    assert refuses(tokens, f"{head}.{body}.")
    assert refuses(tokens, f"{head}.{body}.{issue_access_token(tokens, 7, 1).split('.')[2]}")


@pytest.mark.parametrize("tail", ["=", "==", " ", "\n", ".", ".x", "\0", "é"])
def test_a_token_with_trailing_text_is_refused(tokens: Tokens, tail: str) -> None:
    assert refuses(tokens, issue_access_token(tokens, 7, 1) + tail)


def test_a_token_has_exactly_one_text_form(tokens: Tokens) -> None:
    token = issue_access_token(tokens, 7, 1)
    assert [letter for letter in LETTERS if not refuses(tokens, token[:-1] + letter)] == [token[-1]]


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "a.b", "Bearer x", "x" * 10_000])
def test_a_text_that_is_no_token_is_refused(tokens: Tokens, text: str) -> None:
    assert refuses(tokens, text)


def test_an_expired_token_is_refused_although_it_is_cached(
    make_tokens: MakeTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = make_tokens(access_lifetime=60)
    token, expiry = issue_access_token(tokens, 7, 1), claims_of(tokens)["exp"]
    tokens.verify(token)
    monkeypatch.setattr(time, "time", lambda: expiry + tokens.settings.token_leeway + 0.001)
    assert token in tokens._current_state().verified_claims
    assert refuses(tokens, token)


def test_a_refused_token_is_not_cached(tokens: Tokens) -> None:
    assert refuses(tokens, sign(claims_of(tokens), key=NEW))
    assert tokens._current_state().verified_claims == {}


def test_tokens_of_both_keys_verify_during_a_rotation(make_tokens: MakeTokens) -> None:
    before, between = make_tokens("old", {"old": OLD}), make_tokens("new", {"old": OLD, "new": NEW})
    assert between.verify(issue_access_token(before, 7, 1)).user_id == 7
    assert between.verify(issue_access_token(between, 8, 1)).user_id == 8
    assert refuses(before, issue_access_token(between, 8, 1))
    assert refuses(make_tokens("new", {"new": NEW}), issue_access_token(before, 7, 1))


def test_the_cache_of_verified_tokens_is_bounded(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.core.crypto.tokens._VERIFIED_MAX", 2)
    sent = [issue_access_token(tokens, user_id, 1) for user_id in (7, 8, 9)]

    for _ in range(2):
        assert [tokens.verify(token).user_id for token in sent] == [7, 8, 9]
        assert len(tokens._current_state()[1]) <= 2
