"""Settings: one typed class, read from the environment, a `.env` file, or `NAME_FILE` (Docker secrets)."""

import difflib
import hashlib
import logging
import math
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from shop.core.address import is_bind, is_database, is_redis, without_password

PREFIX = "SHOP_"
_SOCKET_PATH_MAX = 100
# As shop.constants.order.Strategy names them; the core knows no constants.
_STRATEGIES = ("script", "lock", "watch", "db")
_log = logging.getLogger(__name__)


class SettingsError(Exception):
    """A setting has a value the service cannot start with; the sentence says which and why."""


def _setting(default: Any, says: str, *, check: Callable[[Any], bool] | None = None, secret: bool = False) -> Any:
    return field(default=default, metadata={"says": says, "check": check, "secret": secret})


def _at_least(low: float) -> Callable[[Any], bool]:
    return lambda value: low <= value < math.inf


def _empty_or(check: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda text: not text or check(text)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator can turn; a field `web_workers` is the variable `SHOP_WEB_WORKERS`."""

    env: str = _setting("development", "development or production", check=("development", "production").__contains__)
    debug: bool = _setting(default=False, says="show exception, file, line and trace in a 500; never in production")
    var: str = _setting("var", "folder of the embedded defaults: SQLite file, Valkey data, signing keys")
    database_url: str = _setting(
        "", "SQLAlchemy URL of MySQL or MariaDB; empty: SQLite in var", check=_empty_or(is_database), secret=True
    )
    database_pool: int = _setting(10, "connections each process keeps", check=_at_least(1))
    redis_url: str = _setting(
        "", "URL of the Redis of cache and queue; empty: embedded Valkey in var", check=_empty_or(is_redis), secret=True
    )
    stock_redis_urls: tuple[str, ...] = _setting(
        (),
        "URLs of the Redis servers of the stock partitions; empty: redis_url",
        check=lambda addresses: all(map(is_redis, addresses)),
        secret=True,
    )
    redis_timeout: float = _setting(0.4, "seconds a Redis call may take", check=_at_least(0.01))
    backlog_max: int = _setting(50_000, "orders a partition may hold unwritten", check=_at_least(1))
    purchase_strategy: str = _setting("script", "script, lock, watch or db", check=_STRATEGIES.__contains__)
    lock_tries: int = _setting(20, "tries of one purchase under lock or watch", check=_at_least(1))
    lock_budget: float = _setting(1.0, "seconds all tries of a purchase may take", check=_at_least(0.01))
    lock_base: float = _setting(0.002, "seconds the first pause between tries may take", check=_at_least(0.0001))
    lock_cap: float = _setting(0.05, "seconds any pause between tries may take", check=_at_least(0.0001))
    lock_life: float = _setting(1.0, "seconds a lock lives whose owner died", check=_at_least(0.01))
    jwt_keys_file: str = _setting("", 'JSON {"active": kid, "keys": {kid: secret}}; empty: made in var')
    jwt_issuer: str = _setting("shop", "the `iss` of tokens")
    jwt_audience: str = _setting("shop-api", "the `aud` of tokens")
    access_lifetime: int = _setting(3600, "seconds an access token lives", check=_at_least(1))
    bind: str = _setting("127.0.0.1:8000", "address and port of the web server", check=is_bind)
    web_workers: int = _setting(2, "web processes", check=_at_least(1))
    web_threads: int = _setting(4, "threads of each web process", check=_at_least(1))
    admin_email: str = _setting("", "first administrator; empty: a demo account outside production")
    admin_password: str = _setting("", "password of the first administrator", secret=True)

    @property
    def production(self) -> bool:
        """Whether the demo conveniences are off."""
        return self.env == "production"

    @property
    def folder(self) -> Path:
        """The folder of the embedded defaults, absolute."""
        return Path(self.var).resolve()

    @property
    def database_address(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.folder / 'shop.sqlite3'}"

    @property
    def redis_address(self) -> str:
        """The Redis URL in force."""
        return self.redis_url or f"unix://{self.socket}"

    @property
    def socket(self) -> Path:
        """Where the embedded Valkey listens; a socket's path must be short, so a deep folder gets a stand-in."""
        path = self.folder / "valkey.sock"
        if len(str(path)) <= _SOCKET_PATH_MAX:
            return path
        digest = hashlib.sha256(str(path).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"shop-{digest}.sock"

    @classmethod
    def load(cls, source: Mapping[str, str] | None = None) -> "Settings":
        """Read all settings; raises SettingsError with one sentence for the first bad value."""
        given = {**_dotenv(), **os.environ} if source is None else source
        _warn_of_unknown(given)
        values = {f.name: _read(f.name, f.type, f.metadata, given) for f in fields(cls) if _given(f.name, given)}
        return cls(**values)

    def masked(self) -> dict[str, str]:
        """Name -> value for people: secrets hidden, passwords in addresses starred."""
        return {variable(f.name): _mask(getattr(self, f.name), secret=f.metadata["secret"]) for f in fields(self)}


def variable(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()


def _dotenv() -> dict[str, str]:
    return {name: value for name, value in dotenv_values(".env").items() if value is not None}


def _given(name: str, source: Mapping[str, str]) -> bool:
    return variable(name) in source or f"{variable(name)}_FILE" in source


def _read(name: str, kind: Any, metadata: Mapping[str, Any], source: Mapping[str, str]) -> Any:
    text = source[variable(name)] if variable(name) in source else _from_file(name, source)
    try:
        value = _PARSERS[kind](text.strip())
    except ValueError:
        raise SettingsError(f"{variable(name)} must be {_WORDS[kind]}, not {text!r}.") from None
    if metadata["check"] and not metadata["check"](value):
        shown = "that" if metadata["secret"] else repr(text)
        raise SettingsError(f"{variable(name)} cannot be {shown}: {metadata['says']}.")
    return value


def _from_file(name: str, source: Mapping[str, str]) -> str:
    path = Path(source[f"{variable(name)}_FILE"])
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable(name)}_FILE cannot be read: {error}.") from error


def _boolean(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError(text)
    return text.lower() in _TRUE


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
_PARSERS: dict[Any, Callable[[str], Any]] = {
    str: str,
    int: int,
    float: float,
    bool: _boolean,
    tuple[str, ...]: _list,
}
_WORDS = {int: "a whole number", float: "a number", bool: "true or false"}


def _warn_of_unknown(source: Mapping[str, str]) -> None:
    known = [variable(f.name) for f in fields(Settings)]
    known += [f"{name}_FILE" for name in known]
    for name in sorted(set(source) - set(known)):
        if name.startswith(PREFIX) and not name.startswith("SHOP_TEST_"):
            nearest = difflib.get_close_matches(name, known, n=1)
            _log.warning("Unknown setting %s%s", name, f"; did you mean {nearest[0]}?" if nearest else "")


def _mask(value: Any, *, secret: bool) -> str:
    if isinstance(value, tuple):
        return ",".join(_mask(part, secret=secret) for part in value)
    text = str(value)
    if not (secret and text):
        return text
    return without_password(text) if "://" in text else "***"
