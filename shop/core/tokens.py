"""Access tokens: JWT, HS256, keys from a file with an active one and older ones that still verify."""

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import jwt
from uuid_utils.compat import uuid7

from shop.core.environment import SettingsError
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.settings import Settings

ALGORITHM = "HS256"
KEY_BYTES_MIN = 32
REQUIRED = ["iss", "aud", "exp", "iat", "nbf", "jti", "sub", "tenant", "sid", "typ"]
_REMEMBERED_MAX = 20_000
# PyJWT tolerates a trailing `=`: then one token would have several texts.
_SYNTAX = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Claims:
    """What a verified access token says."""

    user_id: int
    tenant_id: int
    expires: float


@dataclass(frozen=True)
class Tokens:
    """Issues and verifies access tokens."""

    settings: Settings
    _remembered: dict[str, Claims] = field(default_factory=dict, repr=False)

    def check(self) -> None:
        """Read the keys now, so that a bad file stops the start and not the first sign-in; raises SettingsError."""
        _ = self._file

    def issue(self, user_id: int, tenant_id: int) -> str:
        """A new access token that lives `SHOP_ACCESS_LIFETIME` seconds."""
        now = int(time.time())
        claims = {
            "iss": self.settings.jwt_issuer,
            "aud": self.settings.jwt_audience,
            "iat": now,
            "nbf": now,
            "exp": now + self.settings.access_lifetime,
            "jti": str(uuid7()),
            "sid": str(uuid7()),
            "sub": str(user_id),
            "tenant": tenant_id,
            "typ": "access",
        }
        return jwt.encode(claims, self.secret, ALGORITHM, headers={"kid": self.active})

    def answer(self, user_id: int, tenant_id: int) -> dict[str, Any]:
        """What a client gets for signing in; `expires_in` is in seconds."""
        token = self.issue(user_id, tenant_id)
        return {"access_token": token, "token_type": "bearer", "expires_in": self.settings.access_lifetime}

    def verify(self, token: str) -> Claims:
        """The claims of a good token; raises ShopError TOKEN_INVALID. A verified token is remembered while it lives."""
        claims = self._remembered.get(token)
        if claims is None:
            claims = self._decode(token)
            if len(self._remembered) >= _REMEMBERED_MAX:
                self._remembered.clear()
            self._remembered[token] = claims
        if claims.expires <= time.time():
            raise ShopError(CoreExceptionCode.TOKEN_INVALID)
        return claims

    def _decode(self, token: str) -> Claims:
        try:
            if not _SYNTAX.fullmatch(token):
                raise jwt.DecodeError("not three parts of base64url")
            payload = jwt.decode(
                token,
                self.keys[jwt.get_unverified_header(token)["kid"]],
                [ALGORITHM],
                options={"require": REQUIRED},
                issuer=self.settings.jwt_issuer,
                audience=self.settings.jwt_audience,
            )
            if payload["typ"] != "access":
                raise jwt.InvalidTokenError("not an access token")
            return Claims(int(payload["sub"]), int(payload["tenant"]), float(payload["exp"]))
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
            raise ShopError(CoreExceptionCode.TOKEN_INVALID) from error

    @property
    def active(self) -> str:
        """The id of the key that signs."""
        return self._file[0]

    @property
    def secret(self) -> str:
        """The active key; others derive theirs from it with a salt."""
        return self.keys[self.active]

    @property
    def keys(self) -> Mapping[str, str]:
        """Key id -> secret, all that verify."""
        return self._file[1]

    @cached_property
    def _file(self) -> tuple[str, Mapping[str, str]]:
        return read_keys(keys_file(self.settings))


def keys_file(settings: Settings) -> Path:
    """The file with the signing keys; made under `SHOP_VAR` at the first start, but never in production."""
    if settings.jwt_keys_file:
        return Path(settings.jwt_keys_file)
    if settings.production:
        raise SettingsError("SHOP_JWT_KEYS_FILE must name a file of signing keys in production.")
    path = settings.folder / "jwt-keys.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps({"active": "dev", "keys": {"dev": secrets.token_urlsafe(48)}}))
        _place(fresh, path)
    return path


def read_keys(path: Path) -> tuple[str, Mapping[str, str]]:
    """The active key id and all keys; raises SettingsError when the file is missing, malformed or weak."""
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        active, keys = (
            str(content["active"]),
            {str(kid): str(secret) for kid, secret in content["keys"].items()},
        )
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise SettingsError(f"SHOP_JWT_KEYS_FILE is no file of signing keys: {error!r}.") from error
    if active not in keys:
        raise SettingsError(f"SHOP_JWT_KEYS_FILE names the active key {active!r} but does not hold it.")
    if short := [kid for kid, secret in keys.items() if len(secret.encode()) < KEY_BYTES_MIN]:
        raise SettingsError(f"SHOP_JWT_KEYS_FILE holds keys shorter than {KEY_BYTES_MIN} bytes: {', '.join(short)}.")
    return active, keys


def _place(fresh: Path, path: Path) -> None:
    # Two processes may start at once: the first file stays, so both sign with one key.
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
