"""What requests cost the stores."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile

from sqlalchemy import Engine, event

from tests.support.servers.valkey import Valkey


@contextmanager
def record_sql(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent while the context lasts, and the connections that are taken for them."""
    seen: list[str] = []

    def statement(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        seen.append(sql)

    def checkout(*_: object) -> None:
        seen.append("a connection")

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "checkout", checkout)
    yield seen
    event.remove(engine, "before_cursor_execute", statement)
    event.remove(engine, "checkout", checkout)


@contextmanager
def record_commands(valkey: Valkey) -> Iterator[list[str]]:
    """The commands that clients send while the context lasts, as the server sees them; a script counts as one."""
    seen: list[str] = []
    with valkey.client() as client, valkey.client() as watcher:
        client.ping()  # Our own greeting is over before anybody counts.
        with watcher.monitor() as monitor:
            yield seen
            client.echo("over")
            commands = iter(monitor.next_command, None)
            for command in takewhile(lambda command: command["command"] != "ECHO over", commands):
                if command["client_type"] != "lua":
                    seen.append(command["command"])
