"""Types of tokens in their header, and values of claims that no key makes valid."""

import json
import math
import time
from pathlib import Path
from typing import Any

import jwt
import pytest

from shop.core.crypto.tokens import Grant, Tokens, new_id
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.settings.settings import Settings
from tests.support.session_tokens import issue_tokens

KEY = "k" * 48


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"active": "only", "keys": {"only": KEY}}))
    return Tokens(Settings(jwt_keys_file=str(path)))


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def sign(payload: str, typ: Any = "at+jwt") -> str:
    """Sign a payload with the right key, also one that PyJWT would refuse to write."""
    return jwt.api_jws.encode(payload.encode(), KEY, "HS256", headers={"kid": "only", "typ": typ})


def is_refused(verify: Any, token: str) -> bool:
    try:
        verify(token)
    except ShopError as error:
        return error.code is CoreExceptionCode.TOKEN_INVALID
    return False


def test_each_token_names_its_type_in_its_header(tokens: Tokens) -> None:
    issued = issue_tokens(tokens)
    types = [jwt.get_unverified_header(issued[name])["typ"] for name in ("access_token", "refresh_token")]
    assert types == ["at+jwt", "rt+jwt"]


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "JWT"])
def test_an_access_token_is_accepted_under_each_spelling_and_as_of_earlier_releases(tokens: Tokens, typ: str) -> None:
    claims = claims_of(issue_tokens(tokens)["access_token"])
    assert tokens.verify(sign(json.dumps(claims), typ)).user_id == 7


@pytest.mark.parametrize("typ", ["rt+jwt", "JWT"])
def test_a_refresh_token_is_accepted_also_as_of_earlier_releases(tokens: Tokens, typ: str) -> None:
    claims = claims_of(issue_tokens(tokens)["refresh_token"])
    assert tokens.verify_refresh(sign(json.dumps(claims), typ)).user_id == 7


@pytest.mark.parametrize("typ", ["rt+jwt", "application/rt+jwt", "JOSE", "id+jwt", "", 5, [], {}, None])
def test_an_access_token_of_another_type_is_refused(tokens: Tokens, typ: Any) -> None:
    claims = claims_of(issue_tokens(tokens)["access_token"])
    assert is_refused(tokens.verify, sign(json.dumps(claims), typ))


def test_a_refresh_token_of_the_type_of_access_tokens_is_refused(tokens: Tokens) -> None:
    claims = claims_of(issue_tokens(tokens)["refresh_token"])
    assert is_refused(tokens.verify_refresh, sign(json.dumps(claims), "at+jwt"))


CLAIMS = ("iss", "aud", "exp", "iat", "nbf", "jti", "sub", "tenant", "sid", "typ")
NO_CLAIMS = (
    "0", "-1", "1e400", "-1e400", "NaN", "1.5", "true", "null", '""', r'"\ud800"', "[]", "{}", "[[]]", "9" * 25,
)  # fmt: skip
# The moment zero is long ago, and no error.
IMPOSSIBLE = [
    (claim, value) for claim in CLAIMS for value in NO_CLAIMS if (claim, value) not in (("iat", "0"), ("nbf", "0"))
]


@pytest.mark.parametrize(("claim", "value"), IMPOSSIBLE)
def test_a_claim_without_a_possible_value_is_refused(tokens: Tokens, claim: str, value: str) -> None:
    claims = {**claims_of(issue_tokens(tokens)["access_token"]), claim: "@"}
    assert is_refused(tokens.verify, sign(json.dumps(claims).replace('"@"', value)))


@pytest.mark.parametrize("claim", ["sid", "jti"])
@pytest.mark.parametrize("form", ["{{{}}}", "urn:uuid:{}", " {}"])
def test_an_id_in_another_form_is_refused(tokens: Tokens, claim: str, form: str) -> None:
    claims = claims_of(issue_tokens(tokens)["access_token"])
    assert is_refused(tokens.verify, sign(json.dumps({**claims, claim: form.format(claims[claim])})))
    assert is_refused(tokens.verify, sign(json.dumps({**claims, claim: claims[claim].upper()})))


@pytest.mark.parametrize("fraction", [0.0, 0.001, 0.5, 0.999999])
def test_tokens_live_no_shorter_than_they_say(tokens: Tokens, monkeypatch: pytest.MonkeyPatch, fraction: float) -> None:
    began = math.floor(time.time()) + fraction
    monkeypatch.setattr("shop.core.crypto.tokens.time.time", lambda: began)
    issued = tokens.issue(Grant(7, 1, new_id(), new_id(), began))

    access, refresh = claims_of(issued["access_token"]), claims_of(issued["refresh_token"])
    assert 0 <= access["exp"] - (began + issued["expires_in"]) < 1
    assert 0 <= refresh["exp"] - (began + tokens.settings.refresh_lifetime) < 1
    # Valid at once: not one begins in the future.
    assert max(access["nbf"], access["iat"], refresh["nbf"], refresh["iat"]) <= began
