"""Redis clients of an app, with short timeouts and without retries."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError, ResponseError, WatchError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from shop.core.redis.client import MonitoredRedis
from shop.core.redis.direct_client import DirectRedis
from shop.core.redis.write_probe import WriteProbe
from shop.core.resilience.store_monitor import StoreMonitor
from shop.core.settings.settings import Settings

__all__ = [
    "RedisConnectionError",
    "RedisError",
    "RedisStores",
    "RedisTimeoutError",
    "ResponseError",
    "WatchError",
    "create_client",
    "is_away",
    "watch_keys",
]

# Longer than the timeout of a request: on a busy machine responses are late although the server is up.
PROBE_SECONDS = 1.0


@dataclass(frozen=True)
class RedisStores:
    """Redis servers of an app: cache, queue, and stock partitions."""

    settings: Settings

    @cached_property
    def cache(self) -> "Redis":
        """Client of the cache; responses are text."""
        return self._create_monitored_client(self.settings.redis_address, decode_responses=True)

    @cached_property
    def queue(self) -> "Redis":
        """Client of the job queue.

        RQ needs responses in bytes and a pool whose timeouts it can change.
        """
        return self._create_monitored_client(self.settings.redis_address, MonitoredRedis)

    def stock(self, partition: int) -> "Redis":
        """Return the client of the server that holds a stock partition."""
        return self.stock_servers[partition % len(self.stock_servers)]

    @cached_property
    def stock_servers(self) -> list["Redis"]:
        """Clients of all servers of stock partitions; responses are text."""
        addresses = self.settings.stock_redis_urls
        if not addresses:
            return [self.cache]
        return [self._create_monitored_client(address, decode_responses=True) for address in addresses]

    @property
    def partition_servers(self) -> list[tuple[int, "Redis"]]:
        """One client for each server, with a partition that it may hold."""
        stock = self.stock_servers if self.settings.stock_redis_urls else []
        return [*enumerate(stock), (len(stock), self.cache)]

    @property
    def servers(self) -> list["Redis"]:
        """One client for each server."""
        return [self.cache, *(self.stock_servers if self.settings.stock_redis_urls else [])]

    @cached_property
    def store_monitors(self) -> dict[str, StoreMonitor]:
        """Mapping of server addresses to their monitors."""
        return {
            address: self._create_store_monitor(address, partition)
            for partition, address in enumerate((*self.settings.stock_redis_urls, self.settings.redis_address))
        }

    def _create_store_monitor(self, address: str, partition: int) -> StoreMonitor:
        # A client of its own: no other call delays it, and it also calls a server that is down.
        probe = create_client(address, PROBE_SECONDS)
        # Writes, since a replica and a server with a full disk answer PING. The partition is one of the server.
        return StoreMonitor("redis", WriteProbe(probe, partition).check)

    def _create_monitored_client(
        self, address: str, kind: type[MonitoredRedis] = DirectRedis, **options: Any
    ) -> "Redis":
        client: MonitoredRedis = create_client(address, self.settings.redis_timeout, kind, **options)
        client.store_monitor = self.store_monitors[address]
        return client


def create_client(address: str, seconds: float, kind: type[Redis] = Redis, **options: Any) -> Any:
    """Create a client of a server whose calls take at most `seconds`."""
    # By default redis-py repeats a script whose response was lost. Here the caller decides about retries.
    return kind.from_url(
        address,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        driver_info=None,
        **options,
    )


def is_away(error: Exception) -> bool:
    """Return True when a server takes no connections, which may pass.

    A server that refuses the password answers.
    """
    return isinstance(error, RedisConnectionError | RedisTimeoutError) and not isinstance(error, AuthenticationError)


@contextmanager
def watch_keys(client: "Redis", *keys: str) -> Iterator[Any]:
    """Create a pipeline that watches keys.

    EXEC raises WatchError when a key was changed. Raises RedisError.
    """
    try:
        with client.pipeline() as pipe:
            pipe.watch(*keys)  # type: ignore[no-untyped-call]  # untyped in redis-py
            yield pipe
    except WatchError as error:
        # redis-py raises WatchError for a broken connection too. Then it is unknown if the commands were executed, so
        # the error of the connection is raised.
        if isinstance(error.__context__, RedisError):
            raise error.__context__ from None
        raise
