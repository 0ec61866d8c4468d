"""Redis clients: short time-outs, no retries of their own."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, WatchError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from shop.core.haste import may_ask_redis, waited_for_redis
from shop.core.pulse import Pulse
from shop.core.settings import Settings
from shop.core.trace import count_redis

__all__ = ["RedisConnectionError", "RedisError", "RedisStores", "RedisTimeoutError", "WatchError", "watching"]

# After that long without use a connection is looked at before it is used: the server may have closed it.
REST_SECONDS = 0.01
R = TypeVar("R", bound=Redis)


class Watched(Redis):
    """redis-py's client, which asks nobody who is away, and nothing for a request that has waited long enough."""

    # Of the server; None for a client that has to find out itself.
    pulse: Pulse | None = None

    def execute_command(self, *command: Any, **options: Any) -> Any:
        """The answer to one command; raises RedisError."""
        with self.asking():
            return super().execute_command(*command, **options)  # type: ignore[no-untyped-call]  # redis-py types few of these

    def pipeline(self, transaction: Any = True, shard_hint: Any = None) -> Any:  # noqa: FBT002 - given shape
        """Commands that are sent together."""
        pipe = _WatchedPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        pipe.asks = self
        return pipe

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While the context lasts, the server is asked; raises RedisError when it is not to be."""
        began = self.begin()
        try:
            yield
            self.worked()
        finally:
            self.end(began)

    def begin(self) -> float:
        """The moment; raises RedisError when the server is not to be asked."""
        if self.pulse and self.pulse.away:
            raise RedisConnectionError(f"{self.pulse.what} is away: {self.pulse.away}")
        if not may_ask_redis():
            raise RedisTimeoutError("This request has waited long enough for its stores.")
        return time.monotonic()

    def end(self, began: float) -> float:
        """The moment, when an answer has come or none."""
        now = time.monotonic()
        waited_for_redis(now - began)
        return now

    def worked(self) -> None:
        """Note that an answer has come."""
        if self.pulse:
            self.pulse.worked()


class _WatchedPipeline(Pipeline):
    asks: Watched

    def execute(self, raise_on_error: bool = True) -> Any:  # noqa: FBT001, FBT002 - given shape
        """The answers to all commands; raises RedisError."""
        with self.asks.asking():
            return super().execute(raise_on_error)

    def immediate_execute_command(self, *command: Any, **options: Any) -> Any:
        """The answer to a command of a pipeline that watches; raises RedisError."""
        with self.asks.asking():
            return super().immediate_execute_command(*command, **options)  # type: ignore[no-untyped-call]  # the same


class Client(Watched):
    """With a short way for single commands.

    redis-py's leads through retries, telemetry and a lock, which cost more than the command and serve nobody here.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Connections and when they were last used; any: redis-py types half of its connections.
        self._idle: deque[tuple[Any, float]] = deque()

    def execute_command(self, *command: Any, **options: Any) -> Any:
        """The answer to one command, in one round trip; raises RedisError."""
        count_redis()
        began = self.begin()
        connection = self._take()
        try:
            connection.send_command(*command, **options)
            answer = self.parse_response(connection, command[0], **options)  # type: ignore[no-untyped-call]
            self.worked()
        except BaseException:
            # Whatever it may still say is not the answer to the next question.
            connection.disconnect()
            raise
        finally:
            self._idle.append((connection, self.end(began)))
        return answer

    def pipeline(self, transaction: Any = True, shard_hint: Any = None) -> Any:  # noqa: FBT002 - given shape
        """Commands that are sent together; counted as one."""
        count_redis()
        return super().pipeline(transaction, shard_hint)

    def _take(self) -> Any:
        try:
            connection, used = self._idle.pop()
        except IndexError:
            return self.connection_pool.make_connection()
        rested = time.monotonic() - used > REST_SECONDS
        if rested and connection.is_connected and _is_spoilt(connection):
            connection.disconnect()
        return connection


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
        """The job queue; RQ wants bytes, and a pool whose time-outs it can turn."""
        return self._client(self.settings.redis_address, Watched)

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

    @cached_property
    def pulses(self) -> dict[str, Pulse]:
        """Address -> the sign of life of each server there is."""
        return {
            address: self._pulse(address) for address in (self.settings.redis_address, *self.settings.stock_redis_urls)
        }

    def _pulse(self, address: str) -> Pulse:
        # A client of its own, which nobody else keeps waiting and which asks although the server is away.
        asking = self._plain(address, Redis)
        return Pulse("Redis", lambda: "ok" if asking.ping() else "silent")

    def _client(self, address: str, kind: type[Watched] = Client, **options: Any) -> "Redis":
        client = self._plain(address, kind, **options)
        client.pulse = self.pulses[address]
        return client

    def _plain(self, address: str, kind: type[R], **options: Any) -> R:
        # redis-py retries by default and would repeat a script whose answer was lost; here a caller decides.
        return kind.from_url(  # type: ignore[return-value]  # redis-py says Redis of every kind
            address,
            socket_timeout=self.settings.redis_timeout,
            socket_connect_timeout=self.settings.redis_timeout,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            driver_info=None,
            **options,
        )


@contextmanager
def watching(client: "Redis", *keys: str) -> Iterator[Any]:
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


def _is_spoilt(connection: Any) -> bool:
    # Something to read before anything was asked: the rest of an old answer, or the end.
    try:
        return bool(connection.can_read())
    except RedisError:
        return True
