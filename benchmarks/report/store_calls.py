"""Counter of SQL statements and Redis round trips."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from redis.connection import AbstractConnection
from sqlalchemy import Engine, event


@dataclass
class StoreCalls:
    """Number of calls to the stores."""

    statements: int = 0
    round_trips: int = 0


@contextmanager
def count_store_calls(engine: Engine) -> Iterator[StoreCalls]:
    """Count this process's calls to its stores while the context lasts."""
    calls, send = StoreCalls(), AbstractConnection.send_packed_command

    def count_statement(*_: Any) -> None:
        calls.statements += 1

    def count_and_send(*arguments: Any, **options: Any) -> None:
        # A pipeline sends its commands together, so this is one call for each round trip.
        calls.round_trips += 1
        send(*arguments, **options)  # type: ignore[no-untyped-call]

    event.listen(engine, "before_cursor_execute", count_statement)
    AbstractConnection.send_packed_command = count_and_send  # type: ignore[method-assign]  # redis-py has no hook
    try:
        yield calls
    finally:
        AbstractConnection.send_packed_command = send  # type: ignore[method-assign]
        event.remove(engine, "before_cursor_execute", count_statement)
