"""Recording of SQL statements and Redis commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile

from sqlalchemy import Engine, event

from tests.support.servers.valkey import Valkey


@contextmanager
def record_sql(engine: Engine) -> Iterator[list[str]]:
    """Record SQL statements and checked-out connections until the context ends."""
    calls: list[str] = []

    def statement(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        calls.append(sql)

    def checkout(*_: object) -> None:
        calls.append("a connection")

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "checkout", checkout)
    yield calls
    event.remove(engine, "before_cursor_execute", statement)
    event.remove(engine, "checkout", checkout)


@contextmanager
def record_commands(valkey: Valkey) -> Iterator[list[str]]:
    """Record the Redis commands that clients send until the context ends.

    A script counts as one command.
    """
    calls: list[str] = []
    with valkey.client() as client, valkey.client() as watcher:
        client.ping()  # The handshake of this client is not recorded.
        with watcher.monitor() as monitor:
            yield calls
            client.echo("over")
            commands = iter(monitor.next_command, None)
            for command in takewhile(lambda command: command["command"] != "ECHO over", commands):
                if command["client_type"] != "lua":
                    calls.append(command["command"])
