"""Signing keys of tokens in a JSON file.

The active key signs. The other keys, older or newer, only verify.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt import PyJWK
from jwt.algorithms import HMACAlgorithm, OKPAlgorithm
from jwt.exceptions import PyJWTError

from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings

KEY_BYTES_MIN = 32
ALGORITHMS = ("HS256", "EdDSA")
_FILE = "SHOP_JWT_KEYS_FILE"
# Ids of new keys; a file written by hand may have others.
_KID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class SigningKey(NamedTuple):
    """A key with its only algorithm.

    `key` is the object that PyJWT takes. `secret` is the secret text; None: the key can only verify.
    """

    algorithm: str
    key: Any
    secret: str | None


@dataclass(frozen=True)
class KeyRing:
    """All verification keys by id, and the id of the active one."""

    active: str
    keys: Mapping[str, SigningKey]

    @property
    def secrets(self) -> list[str]:
        """Secret texts from which other modules derive secrets, with a salt.

        The last one is the active key's; new secrets are derived from it.
        """
        others = [key.secret for kid, key in self.keys.items() if kid != self.active]
        return [secret for secret in (*others, self.keys[self.active].secret) if secret]


def keys_file(settings: Settings) -> Path:
    """Return the path of the key file.

    Creates a file under `SHOP_VAR` at the first start. In production the setting must name a file, else SettingsError
    is raised.
    """
    if settings.jwt_keys_file:
        return Path(settings.jwt_keys_file)
    if settings.production:
        raise SettingsError(f"{_FILE} must name a file of signing keys in production.")
    path = settings.folder / "jwt-keys.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _link_new_file(_write(path, {"active": "dev", "keys": {"dev": new_key("HS256")}}), path)
    return path


def read_keys(path: Path) -> KeyRing:
    """Read the keys of a file.

    Raises SettingsError when the file is missing or malformed, or a key is too short.
    """
    return _parse(_load(path))


def add_key(path: Path, kid: str, algorithm: str) -> None:
    """Add a new key that verifies but does not sign yet.

    Raises SettingsError when its id is taken or malformed.
    """
    if not _KID.fullmatch(kid):
        raise SettingsError(f"The id of a key is 1 to 64 letters, digits, dots, hyphens and underscores, not {kid!r}.")
    content = _load(path)
    if kid in content["keys"]:
        raise SettingsError(f"{_FILE} holds a key {kid!r} already.")
    _save(path, {**content, "keys": {**content["keys"], kid: new_key(algorithm)}})


def activate_key(path: Path, kid: str) -> None:
    """Make another key of the file the active one.

    Raises SettingsError when the key is missing or can only verify.
    """
    _save(path, {**_load(path), "active": kid})


def remove_key(path: Path, kid: str) -> None:
    """Remove a key, so that tokens signed by it are refused.

    Raises SettingsError when the key is active or missing.
    """
    content = _load(path)
    if kid not in content["keys"]:
        raise SettingsError(f"{_FILE} holds no key {kid!r}.")
    _save(path, {**content, "keys": {name: key for name, key in content["keys"].items() if name != kid}})


def new_key(algorithm: str) -> Any:
    """Create a random key in the form of the file.

    Returns a text for HS256, and a JWK with its private part (RFC 8037) for EdDSA.
    """
    if algorithm == "HS256":
        return secrets.token_urlsafe(48)
    return OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate(), as_dict=True)


def _load(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        return {"active": str(content["active"]), "keys": {str(kid): key for kid, key in content["keys"].items()}}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise SettingsError(f"{_FILE} is no file of signing keys: {error!r}.") from error


def _parse(content: dict[str, Any]) -> KeyRing:
    active, values = content["active"], content["keys"]
    short = [kid for kid, value in values.items() if isinstance(value, str) and len(value.encode()) < KEY_BYTES_MIN]
    if short:
        raise SettingsError(f"{_FILE} holds keys shorter than {KEY_BYTES_MIN} bytes: {', '.join(short)}.")
    keys = {kid: _parse_key(kid, value) for kid, value in values.items()}
    if active not in keys:
        raise SettingsError(f"{_FILE} names the active key {active!r} but does not hold it.")
    if keys[active].secret is None:
        raise SettingsError(f"{_FILE} names the active key {active!r} but holds only its public half.")
    return KeyRing(active, keys)


def _parse_key(kid: str, value: Any) -> SigningKey:
    try:
        if isinstance(value, str):
            # PyJWT refuses the text of another kind of key. Check now, not at the first sign-in.
            HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key(value)
            return SigningKey("HS256", value, value)
        jwk = PyJWK(value)
        if jwk.algorithm_name == "EdDSA" and value["crv"] == "Ed25519":
            return SigningKey("EdDSA", jwk.key, value.get("d"))
    except (PyJWTError, AttributeError, KeyError, TypeError, ValueError):
        pass
    # The reason is left out, since it might quote the key.
    raise SettingsError(f"{_FILE} holds no key under {kid!r}: a text for HS256, or an Ed25519 key as a JWK for EdDSA.")


def _save(path: Path, content: dict[str, Any]) -> None:
    # Parse before writing: the service could not start with a wrong file.
    _parse(content)
    _write(path, content).replace(path)


def _write(path: Path, content: dict[str, Any]) -> Path:
    new_file = path.with_suffix(f".{secrets.token_hex(4)}")
    new_file.touch(mode=0o600)
    new_file.write_text(json.dumps(content, indent=1) + "\n")
    return new_file


def _link_new_file(new_file: Path, path: Path) -> None:
    # Two processes may start at the same time. The first file wins, so both sign with the same key.
    try:
        path.hardlink_to(new_file)
    except FileExistsError:
        pass
    finally:
        new_file.unlink()
