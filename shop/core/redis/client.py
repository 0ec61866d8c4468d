"""Clients of redis-py with store monitor and request deadline."""

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

# A connection that was idle for longer is checked before use, because the server may have closed it.
IDLE_SECONDS = 0.01


class MonitoredRedis(Redis):
    """Client that respects the store monitor and the request deadline.

    A call fails at once while the server is down or the deadline is exceeded.
    """

    # Monitor of the server; None for a client without one.
    store_monitor: StoreMonitor | None = None

    def execute_command(self, *command: Any, **options: Any) -> Any:
        """Execute one command.

        Raises RedisError.
        """
        with self.call_server():
            return super().execute_command(*command, **options)  # type: ignore[no-untyped-call]  # untyped in redis-py

    def pipeline(self, transaction: Any = True, shard_hint: Any = None) -> Any:  # noqa: FBT002 - given shape
        """Create a pipeline, whose commands are sent together."""
        pipe = _MonitoredPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        pipe.owner = self
        return pipe

    @contextmanager
    def call_server(self) -> Iterator[None]:
        """Charge a server call to the deadline of the request.

        Raises RedisError when the server must not be called.
        """
        began = self.begin_call()
        try:
            yield
            self.mark_alive()
        finally:
            self.end_call(began)

    def begin_call(self) -> float:
        """Return the start time of a call.

        Raises RedisError when the server must not be called.
        """
        if self.store_monitor and self.store_monitor.down:
            raise RedisConnectionError(f"{self.store_monitor.name} is away: {self.store_monitor.down}")
        if not redis_allowed():
            raise RedisTimeoutError("The time budget of this request for its stores is spent.")
        return time.monotonic()

    def end_call(self, began: float) -> float:
        """Charge a call to the deadline of the request.

        Returns the current time.
        """
        now = time.monotonic()
        charge_redis(now - began)
        return now

    def mark_alive(self) -> None:
        """Report a response to the store monitor."""
        if self.store_monitor:
            self.store_monitor.mark_alive()


class _MonitoredPipeline(Pipeline):
    owner: MonitoredRedis

    def execute(self, raise_on_error: bool = True) -> Any:  # noqa: FBT001, FBT002 - given shape
        """Execute all commands of the pipeline.

        Raises RedisError.
        """
        with self.owner.call_server():
            return super().execute(raise_on_error)

    def immediate_execute_command(self, *command: Any, **options: Any) -> Any:
        """Execute one command of a watching pipeline.

        Raises RedisError.
        """
        with self.owner.call_server():
            return super().immediate_execute_command(*command, **options)  # type: ignore[no-untyped-call]  # untyped in redis-py


class DirectRedis(MonitoredRedis):
    """Client with a shorter code path for single commands.

    The path of redis-py has retries, telemetry and a lock. They are not used here and cost more than the command.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Connections with the time of their last use. Any, because redis-py types only half of its connections.
        self._idle: deque[tuple[Any, float]] = deque()

    def execute_command(self, *command: Any, **options: Any) -> Any:
        """Execute one command in one round trip.

        Raises RedisError.
        """
        count_redis()
        began = self.begin_call()
        connection = self._take_connection()
        try:
            connection.send_command(*command, **options)
            response = self.parse_response(connection, command[0], **options)  # type: ignore[no-untyped-call]
            self.mark_alive()
        except BaseException:
            # A late response must not be read as the response to the next command.
            connection.disconnect()
            raise
        finally:
            self._idle.append((connection, self.end_call(began)))
        return response

    def pipeline(self, transaction: Any = True, shard_hint: Any = None) -> Any:  # noqa: FBT002 - given shape
        """Create a pipeline, which counts as one command."""
        count_redis()
        return super().pipeline(transaction, shard_hint)

    def _take_connection(self) -> Any:
        try:
            connection, used_at = self._idle.pop()
        except IndexError:
            return self.connection_pool.make_connection()
        is_stale = time.monotonic() - used_at > IDLE_SECONDS
        if is_stale and connection.is_connected and _has_unread_data(connection):
            connection.disconnect()
        return connection


def _has_unread_data(connection: Any) -> bool:
    # Data before the next command is the rest of an old response, or the end of the connection.
    try:
        return bool(connection.can_read())
    except RedisError:
        return True
