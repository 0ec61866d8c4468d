"""redis-py's clients, made short and watchful: nobody is asked who is away, and nothing for whoever waited enough."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from shop.core.resilience.deadline import charge_redis, redis_allowed
from shop.core.resilience.store_monitor import StoreMonitor
from shop.core.trace import count_redis

# After that long without use a connection is looked at before it is used: the server may have closed it.
IDLE_SECONDS = 0.01


class MonitoredRedis(Redis):
    """redis-py's client, which asks nobody who is away, and nothing for a request that has waited long enough."""

    # Of the server; None for a client that has to find out itself.
    store_monitor: StoreMonitor | None = None

    def execute_command(self, *command: Any, **options: Any) -> Any:
        """The answer to one command; raises RedisError."""
        with self.call_server():
            return super().execute_command(*command, **options)  # type: ignore[no-untyped-call]  # redis-py types few of these

    def pipeline(self, transaction: Any = True, shard_hint: Any = None) -> Any:  # noqa: FBT002 - given shape
        """Commands that are sent together."""
        pipe = _MonitoredPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        pipe.owner = self
        return pipe

    @contextmanager
    def call_server(self) -> Iterator[None]:
        """While the context lasts, the server is asked; raises RedisError when it is not to be."""
        began = self.begin_call()
        try:
            yield
            self.mark_alive()
        finally:
            self.end_call(began)

    def begin_call(self) -> float:
        """The moment; raises RedisError when the server is not to be asked."""
        if self.store_monitor and self.store_monitor.down:
            raise RedisConnectionError(f"{self.store_monitor.name} is away: {self.store_monitor.down}")
        if not redis_allowed():
            raise RedisTimeoutError("This request has waited long enough for its stores.")
        return time.monotonic()

    def end_call(self, began: float) -> float:
        """The moment, when an answer has come or none."""
        now = time.monotonic()
        charge_redis(now - began)
        return now

    def mark_alive(self) -> None:
        """Note that an answer has come."""
        if self.store_monitor:
            self.store_monitor.mark_alive()


class _MonitoredPipeline(Pipeline):
    owner: MonitoredRedis

    def execute(self, raise_on_error: bool = True) -> Any:  # noqa: FBT001, FBT002 - given shape
        """The answers to all commands; raises RedisError."""
        with self.owner.call_server():
            return super().execute(raise_on_error)

    def immediate_execute_command(self, *command: Any, **options: Any) -> Any:
        """The answer to a command of a pipeline that watches; raises RedisError."""
        with self.owner.call_server():
            return super().immediate_execute_command(*command, **options)  # type: ignore[no-untyped-call]  # the same


class DirectRedis(MonitoredRedis):
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
        began = self.begin_call()
        connection = self._take_connection()
        try:
            connection.send_command(*command, **options)
            answer = self.parse_response(connection, command[0], **options)  # type: ignore[no-untyped-call]
            self.mark_alive()
        except BaseException:
            # Whatever it may still say is not the answer to the next question.
            connection.disconnect()
            raise
        finally:
            self._idle.append((connection, self.end_call(began)))
        return answer

    def pipeline(self, transaction: Any = True, shard_hint: Any = None) -> Any:  # noqa: FBT002 - given shape
        """Commands that are sent together; counted as one."""
        count_redis()
        return super().pipeline(transaction, shard_hint)

    def _take_connection(self) -> Any:
        try:
            connection, used = self._idle.pop()
        except IndexError:
            return self.connection_pool.make_connection()
        rested = time.monotonic() - used > IDLE_SECONDS
        if rested and connection.is_connected and _has_unread_data(connection):
            connection.disconnect()
        return connection


def _has_unread_data(connection: Any) -> bool:
    # Something to read before anything was asked: the rest of an old answer, or the end.
    try:
        return bool(connection.can_read())
    except RedisError:
        return True
