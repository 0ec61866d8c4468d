"""Settings of the database and of the Redis servers."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from shop.core.settings.addresses import is_database_url, is_redis_url
from shop.core.settings.loader import at_least, empty_or, setting

# Bytes; a socket address has space for 104 or 108.
_SOCKET_PATH_MAX = 100


@dataclass(frozen=True, kw_only=True)
class StoreSettings:
    """Addresses and limits of the stores, and the embedded defaults."""

    var: str = setting("var", "folder of the embedded defaults: SQLite file, Valkey data, signing keys")
    database_url: str = setting(
        "", "SQLAlchemy URL of MySQL or MariaDB; empty: SQLite in var", check=empty_or(is_database_url), secret=True
    )
    database_pool: int = setting(10, "connections each process keeps", check=at_least(1))
    redis_url: str = setting(
        "",
        "URL of the Redis of cache and queue; empty: embedded Valkey in var",
        check=empty_or(is_redis_url),
        secret=True,
    )
    stock_redis_urls: tuple[str, ...] = setting(
        (),
        "URLs of the Redis servers of the stock partitions; empty: redis_url",
        check=lambda addresses: all(map(is_redis_url, addresses)),
        secret=True,
    )
    redis_timeout: float = setting(0.4, "seconds a Redis call may take", check=at_least(0.01))
    backlog_max: int = setting(50_000, "orders a partition may hold unwritten", check=at_least(1))
    gate_wait_seconds: float = setting(
        1.0, "seconds a purchase waits while the sale of its item is being opened; 0: not at all", check=at_least(0)
    )
    gate_waiters: int = setting(
        128, "requests of a web process that may wait for the opening of a sale at a time", check=at_least(1)
    )

    @property
    def folder(self) -> Path:
        """Absolute path of the folder of the embedded defaults."""
        return Path(self.var).resolve()

    @property
    def database_address(self) -> str:
        """SQLAlchemy URL of the database; by default the SQLite file."""
        return self.database_url or f"sqlite:///{quote(str(self.folder / 'shop.sqlite3'))}"

    @property
    def redis_address(self) -> str:
        """URL of the Redis server; by default the embedded Valkey."""
        return self.redis_url or f"unix://{quote(str(self.socket))}"

    @property
    def socket(self) -> Path:
        """Path of the socket of the embedded Valkey.

        The path of a socket must be short, so a long one is replaced by a path in the temporary folder.
        """
        path = self.folder / "valkey.sock"
        if len(os.fsencode(path)) <= _SOCKET_PATH_MAX:
            return path
        digest = hashlib.sha256(str(path).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"shop-{digest}.sock"
