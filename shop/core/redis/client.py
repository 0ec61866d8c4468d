"""Clients of redis-py with store monitor and request deadline."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from shop.core.resilience.deadline import charge_redis, redis_allowed
from shop.core.resilience.store_monitor import StoreMonitor


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
