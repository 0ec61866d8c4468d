"""Access and refresh tokens: JWT by HS256 or EdDSA, strictly checked."""

import json
import logging
import math
import re
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import jwt
from uuid_utils.compat import uuid7

from shop.core.crypto.signing_keys import KeyRing, keys_file, read_keys
from shop.core.crypto.token_format import TokenKind, check_claims, check_header
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings

# Shape of a token, for documentation.
TOKEN_EXAMPLE = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiI3In0.c2lnbmVk"  # noqa: S105 - no secret
TOKEN_MAX = 4096
TOKEN_TYPE = "bearer"  # noqa: S105 - the type of a token, not a token
_VERIFIED_MAX = 20_000
# Interval of checks for a changed key file.
_KEY_CHECK_SECONDS = 1.0
# PyJWT tolerates a trailing `=`, so that one token would have several texts.
_SYNTAX = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_log = logging.getLogger(__name__)


class Claims(NamedTuple):
    """Claims of a verified token; `expires` is in seconds since 1970."""

    user_id: int
    tenant_id: int
    session_id: UUID
    token_id: UUID
    expires: float


class Grant(NamedTuple):
    """Session of issued tokens; `issued_at` is in seconds since 1970."""

    user_id: int
    tenant_id: int
    session_id: UUID
    refresh_id: UUID
    issued_at: float


def new_id() -> UUID:
    """Create an unguessable id that sorts by its creation time (UUIDv7)."""
    return uuid7()


class _State(NamedTuple):
    # Each key ring has its own cache: tokens of a removed key are forgotten with it.
    key_ring: KeyRing
    verified_claims: dict[str, Claims]
    modified_at: int


@dataclass
class Tokens:
    """Issuer and verifier of tokens; a changed key file is read again."""

    settings: Settings
    _state: _State | None = field(default=None, repr=False)
    _checked_at: float = 0.0

    def check(self) -> None:
        """Read the keys now; raises SettingsError for a bad key file."""
        _ = self.key_ring

    def issue(self, grant: Grant) -> dict[str, Any]:
        """Issue the tokens of a grant, as fields of a response.

        `expires_in` is in seconds. The same grant always has the same refresh token.
        """
        lifetimes = self.settings.access_lifetime, self.settings.refresh_lifetime
        return {
            "access_token": self._sign(grant, TokenKind.ACCESS, new_id(), time.time(), lifetimes[0]),
            "refresh_token": self._sign(grant, TokenKind.REFRESH, grant.refresh_id, grant.issued_at, lifetimes[1]),
            "token_type": TOKEN_TYPE,
            "expires_in": lifetimes[0],
        }

    def verify(self, token: str) -> Claims:
        """Return the claims of an access token; raises ShopError TOKEN_INVALID."""
        ring, verified, _ = self._current_state()
        claims = verified.get(token)
        if claims is None:
            claims = self._decode(token, TokenKind.ACCESS, ring)
            if len(verified) >= _VERIFIED_MAX:
                verified.clear()
            verified[token] = claims
        if claims.expires + self.settings.token_leeway <= time.time():
            raise ShopError(CoreExceptionCode.TOKEN_INVALID)
        return claims

    def verify_refresh(self, token: str) -> Claims:
        """Return the claims of a refresh token; raises ShopError TOKEN_INVALID."""
        return self._decode(token, TokenKind.REFRESH, self.key_ring)

    @property
    def key_ring(self) -> KeyRing:
        """Current keys; raises SettingsError when none could be read yet."""
        return self._current_state().key_ring

    def _current_state(self) -> _State:
        now = time.monotonic()
        if self._state is None or now - self._checked_at >= _KEY_CHECK_SECONDS:
            self._checked_at = now
            self._state = self._load_keys(self._state)
        return self._state

    def _load_keys(self, last: _State | None) -> _State:
        try:
            path = keys_file(self.settings)
            # Taken before the file is read, so that a change during the read is seen at the next check.
            modified_at = path.stat().st_mtime_ns if path.exists() else 0
            if last and last.modified_at == modified_at:
                return last
            return _State(read_keys(path), {}, modified_at)
        except SettingsError as error:
            if last is None:
                raise
            _log.error("The signing keys stay as they were: %s", error)
            return last

    def _sign(self, grant: Grant, kind: TokenKind, token_id: UUID, issued_at: float, lifetime: int) -> str:
        # Claims have whole seconds: rounded so that the token is valid at once, and for no less than its lifetime.
        ring, since, until = self.key_ring, math.floor(issued_at), math.ceil(issued_at) + lifetime
        signing = ring.keys[ring.active]
        claims = {
            "iss": self.settings.jwt_issuer,
            "aud": self.settings.jwt_audience,
            "iat": since,
            "nbf": since,
            "exp": until,
            "jti": str(token_id),
            "sid": str(grant.session_id),
            "sub": str(grant.user_id),
            "tenant": grant.tenant_id,
            "typ": str(kind),
        }
        return jwt.encode(claims, signing.key, signing.algorithm, headers={"kid": ring.active, "typ": kind.header_type})

    def _decode(self, token: str, kind: TokenKind, ring: KeyRing) -> Claims:
        try:
            payload = self._payload(token, kind, ring)
            check_claims(payload, kind)
            return Claims(
                int(payload["sub"]), payload["tenant"], UUID(payload["sid"]), UUID(payload["jti"]), payload["exp"]
            )
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise ShopError(CoreExceptionCode.TOKEN_INVALID) from error

    def _payload(self, token: str, kind: TokenKind, ring: KeyRing) -> dict[str, Any]:
        if len(token) > TOKEN_MAX or not _SYNTAX.fullmatch(token):
            raise jwt.DecodeError("not three parts of base64url")
        for part in token.split(".")[:2]:
            json.loads(jwt.utils.base64url_decode(part), object_pairs_hook=_refuse_duplicates)
        header = jwt.get_unverified_header(token)
        check_header(header, kind)
        signing = ring.keys[header["kid"]]
        payload: dict[str, Any] = jwt.decode(
            token,
            signing.key,
            [signing.algorithm],
            leeway=self.settings.token_leeway,
            issuer=self.settings.jwt_issuer,
            audience=self.settings.jwt_audience,
        )
        return payload


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Two parsers could take different values of a duplicate claim.
    if len(dict(pairs)) != len(pairs):
        raise jwt.DecodeError("a name occurs twice")
    return dict(pairs)
