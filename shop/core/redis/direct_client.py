"""Client of redis-py with a shorter code path for commands."""

import os
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from hiredis import pack_command
from redis.exceptions import DataError, RedisError, ResponseError

from shop.core.redis.client import MonitoredRedis
from shop.core.trace import count_redis

# A connection that was idle for longer is checked before use, because the server may have closed it.
IDLE_SECONDS = 0.01


class DirectRedis(MonitoredRedis):
    """Client with a shorter code path for commands without a transaction.

    The path of redis-py has retries, telemetry and a lock. They are not used here and cost more than the command.
    Connections and errors are those of redis-py.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Connections with the time of their last use. Any, because redis-py types only half of its connections.
        self._idle: deque[tuple[Any, float]] = deque()
        self._to_result: dict[str, Callable[[Any], Any]] = {**self.response_callbacks}

    def execute_command(self, *command: Any, **options: Any) -> Any:
        """Execute one command in one round trip.

        Raises RedisError.
        """
        # redis-py names the keys for a cache of its own, which is off.
        options.pop("keys", None)
        return self._exchange([command], options)[0]

    def execute_all(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        """Execute commands in one round trip, without a transaction.

        Raises RedisError. When one is refused, the others are executed nevertheless.
        """
        return self._exchange(commands, {})

    def pipeline(self, transaction: Any = True, shard_hint: Any = None) -> Any:  # noqa: FBT002 - given shape
        """Create a pipeline, which counts as one command."""
        count_redis()
        return super().pipeline(transaction, shard_hint)

    def _exchange(self, commands: Sequence[Sequence[Any]], options: dict[str, Any]) -> list[Any]:
        count_redis()
        began = self.begin_call()
        connection = self._take_connection(began)
        try:
            # In one piece, since each send is a system call.
            connection.send_packed_command((b"".join(map(_pack, commands)),))
            responses = [self._read(connection, command[0], options) for command in commands]
            for response in responses:
                if isinstance(response, ResponseError):
                    raise response
            self.mark_alive()
        except BaseException:
            # A late response must not be read as the response to the next command. A server that refuses may no longer
            # be the master; a new connection may lead to another server.
            connection.disconnect()
            raise
        finally:
            self._idle.append((connection, self.end_call(began)))
        return responses

    def _read(self, connection: Any, name: str, options: dict[str, Any]) -> Any:
        try:
            if options:
                return self.parse_response(connection, name, **options)  # type: ignore[no-untyped-call]
            response = connection.read_response()
        except ResponseError as error:
            return error
        to_result = self._to_result.get(name)
        return to_result(response) if to_result else response

    def _take_connection(self, now: float) -> Any:
        while self._idle:
            connection, used_at = self._idle.pop()
            # After a fork, the socket is the one of the parent process.
            if connection.pid != os.getpid():
                continue
            if now - used_at > IDLE_SECONDS and connection.is_connected and _has_unread_data(connection):
                connection.disconnect()
            return connection
        return self.connection_pool.make_connection()


def _pack(command: Sequence[Any]) -> bytes:
    """Return a command in the protocol of Redis.

    Raises DataError.
    """
    if " " in command[0]:
        # A name in two words, such as CONFIG GET.
        command = *command[0].split(), *command[1:]
    try:
        packed: bytes = pack_command(tuple(command))
    except TypeError as error:
        raise DataError(error) from error
    return packed


def _has_unread_data(connection: Any) -> bool:
    # Data before the next command is the rest of an old response, or the end of the connection.
    try:
        return bool(connection.can_read())
    except RedisError:
        return True
