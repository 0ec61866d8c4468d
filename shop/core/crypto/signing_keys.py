"""The file of signing keys: an active one that signs, and older or newer ones that only verify."""

import json
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


class SigningKey(NamedTuple):
    """One key: the only algorithm it is for, what PyJWT takes, and its secret text (None: it cannot sign)."""

    algorithm: str
    key: Any
    secret: str | None


@dataclass(frozen=True)
class KeyRing:
    """Key id -> key, all that verify, and the id of the one that signs."""

    active: str
    keys: Mapping[str, SigningKey]

    @property
    def secrets(self) -> list[str]:
        """What others derive secrets of their own from, with a salt; the one to derive new ones from is the last."""
        others = [key.secret for kid, key in self.keys.items() if kid != self.active]
        return [secret for secret in (*others, self.keys[self.active].secret) if secret]


def keys_file(settings: Settings) -> Path:
    """The file with the signing keys; made under `SHOP_VAR` at the first start, but never in production."""
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
    """The keys of a file; raises SettingsError when it is missing, malformed or weak."""
    return _parse(_load(path))


def add_key(path: Path, kid: str, algorithm: str) -> None:
    """Add a new key, which verifies from now on and signs nothing yet; raises SettingsError when its id is taken."""
    content = _load(path)
    if kid in content["keys"]:
        raise SettingsError(f"{_FILE} holds a key {kid!r} already.")
    _save(path, {**content, "keys": {**content["keys"], kid: new_key(algorithm)}})


def activate_key(path: Path, kid: str) -> None:
    """Let another key of the file sign; raises SettingsError when it is not there or cannot."""
    _save(path, {**_load(path), "active": kid})


def remove_key(path: Path, kid: str) -> None:
    """Take a key out: what it signed is refused from now on; raises SettingsError when it signs, or is not there."""
    content = _load(path)
    if kid not in content["keys"]:
        raise SettingsError(f"{_FILE} holds no key {kid!r}.")
    _save(path, {**content, "keys": {name: key for name, key in content["keys"].items() if name != kid}})


def new_key(algorithm: str) -> Any:
    """A random key as it stands in the file: a text for HS256, a JWK with its private half (RFC 8037) for EdDSA."""
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
    active, words = content["active"], content["keys"]
    short = [kid for kid, word in words.items() if isinstance(word, str) and len(word.encode()) < KEY_BYTES_MIN]
    if short:
        raise SettingsError(f"{_FILE} holds keys shorter than {KEY_BYTES_MIN} bytes: {', '.join(short)}.")
    keys = {kid: _parse_key(kid, word) for kid, word in words.items()}
    if active not in keys:
        raise SettingsError(f"{_FILE} names the active key {active!r} but does not hold it.")
    if keys[active].secret is None:
        raise SettingsError(f"{_FILE} names the active key {active!r} but holds only its public half.")
    return KeyRing(active, keys)


def _parse_key(kid: str, value: Any) -> SigningKey:
    try:
        if isinstance(value, str):
            # PyJWT refuses the text of a key of another kind, and would do so at the first sign-in.
            HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key(value)
            return SigningKey("HS256", value, value)
        jwk = PyJWK(value)
        if jwk.algorithm_name == "EdDSA" and value["crv"] == "Ed25519":
            return SigningKey("EdDSA", jwk.key, value.get("d"))
    except (PyJWTError, AttributeError, KeyError, TypeError, ValueError):
        pass
    # Without the reason: it might quote the key.
    raise SettingsError(f"{_FILE} holds no key under {kid!r}: a text for HS256, or an Ed25519 key as a JWK for EdDSA.")


def _save(path: Path, content: dict[str, Any]) -> None:
    # Read as the service will read it, before it can: a mistake here would stop every start.
    _parse(content)
    _write(path, content).replace(path)


def _write(path: Path, content: dict[str, Any]) -> Path:
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(content, indent=1) + "\n")
    return fresh


def _link_new_file(fresh: Path, path: Path) -> None:
    # Two processes may start at once: the first file stays, so both sign with one key.
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
