"""Redis clients: short time-outs, no retries of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, WatchError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from shop.core.redis.client import DirectRedis, MonitoredRedis
from shop.core.resilience.store_monitor import StoreMonitor
from shop.core.settings.settings import Settings

__all__ = ["RedisConnectionError", "RedisError", "RedisStores", "RedisTimeoutError", "WatchError", "watch_keys"]

# More than a request waits: on a full machine an answer may be late for many, and the server is there.
PROBE_SECONDS = 1.0
R = TypeVar("R", bound=Redis)


@dataclass(frozen=True)
class RedisStores:
    """The Redis servers of one app: cache, queue, and one or several for the stock partitions."""

    settings: Settings

    @cached_property
    def cache(self) -> "Redis":
        """Cached information; answers are text."""
        return self._create_monitored_client(self.settings.redis_address, decode_responses=True)

    @cached_property
    def queue(self) -> "Redis":
        """The job queue; RQ wants bytes, and a pool whose time-outs it can turn."""
        return self._create_monitored_client(self.settings.redis_address, MonitoredRedis)

    def stock(self, partition: int) -> "Redis":
        """The server that holds a stock partition; answers are text."""
        return self.stock_servers[partition % len(self.stock_servers)]

    @cached_property
    def stock_servers(self) -> list["Redis"]:
        """All servers of stock partitions."""
        addresses = self.settings.stock_redis_urls
        if not addresses:
            return [self.cache]
        return [self._create_monitored_client(address, decode_responses=True) for address in addresses]

    @property
    def servers(self) -> list["Redis"]:
        """One client for each server there is."""
        return [self.cache, *(self.stock_servers if self.settings.stock_redis_urls else [])]

    @cached_property
    def store_monitors(self) -> dict[str, StoreMonitor]:
        """Address -> the sign of life of each server there is."""
        return {
            address: self._create_store_monitor(address)
            for address in (self.settings.redis_address, *self.settings.stock_redis_urls)
        }

    def _create_store_monitor(self, address: str) -> StoreMonitor:
        # A client of its own, which nobody else keeps waiting and which asks although the server is away.
        asking = self._create_client(address, Redis, PROBE_SECONDS)
        return StoreMonitor("redis", lambda: "ok" if asking.ping() else "silent")

    def _create_monitored_client(
        self, address: str, kind: type[MonitoredRedis] = DirectRedis, **options: Any
    ) -> "Redis":
        client = self._create_client(address, kind, self.settings.redis_timeout, **options)
        client.store_monitor = self.store_monitors[address]
        return client

    def _create_client(self, address: str, kind: type[R], seconds: float, **options: Any) -> R:
        # redis-py retries by default and would repeat a script whose answer was lost; here a caller decides.
        return kind.from_url(  # type: ignore[return-value]  # redis-py says Redis of every kind
            address,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            driver_info=None,
            **options,
        )


@contextmanager
def watch_keys(client: "Redis", *keys: str) -> Iterator[Any]:
    """A pipeline whose EXEC raises WatchError when a key was changed meanwhile; raises RedisError."""
    try:
        with client.pipeline() as pipe:
            pipe.watch(*keys)  # type: ignore[no-untyped-call]  # redis-py types few of its pipeline
            yield pipe
    except WatchError as error:
        # redis-py says the same of a connection that broke. Then nobody knows what was done, so nobody may say
        # that nothing was.
        if isinstance(error.__context__, RedisError):
            raise error.__context__ from None
        raise
