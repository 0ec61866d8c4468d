"""Redis clients: short time-outs, no retries of their own."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from shop.core.settings import Settings

__all__ = ["RedisConnectionError", "RedisError", "RedisStores", "RedisTimeoutError"]


@dataclass(frozen=True)
class RedisStores:
    """The Redis servers of one app: cache, queue, and one or several for the stock partitions."""

    settings: Settings

    @cached_property
    def cache(self) -> "Redis":
        """Cached information; answers are text."""
        return self._client(self.settings.redis_address, decode_responses=True)

    @cached_property
    def queue(self) -> "Redis":
        """The job queue; RQ wants bytes."""
        return self._client(self.settings.redis_address)

    def stock(self, partition: int) -> "Redis":
        """The server that holds a stock partition; answers are text."""
        return self.stock_servers[partition % len(self.stock_servers)]

    @cached_property
    def stock_servers(self) -> list["Redis"]:
        """All servers of stock partitions."""
        addresses = self.settings.stock_redis_urls
        if not addresses:
            return [self.cache]
        return [self._client(address, decode_responses=True) for address in addresses]

    @property
    def servers(self) -> list["Redis"]:
        """One client for each server there is."""
        return [self.cache, *(self.stock_servers if self.settings.stock_redis_urls else [])]

    def _client(self, address: str, **options: Any) -> "Redis":
        # redis-py retries by default and would repeat a script whose answer was lost; here a caller decides.
        return Redis.from_url(
            address,
            socket_timeout=self.settings.redis_timeout,
            socket_connect_timeout=self.settings.redis_timeout,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            lib_name=None,
            lib_version=None,
            **options,
        )
