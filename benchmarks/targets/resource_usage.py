"""What a request costs: CPU time of processes, SQL statements, Redis round trips."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.connection import AbstractConnection
from sqlalchemy import Engine, event

_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")


@dataclass
class Count:
    """How often the stores were asked."""

    statements: int = 0
    round_trips: int = 0


def cpu_seconds(pid: int) -> float:
    """CPU time a process and all that it started have used."""
    return _own_seconds(pid) + sum(cpu_seconds(child) for child in _children(pid))


def find_process(pid: int, words: str) -> int:
    """The process in whose command line the words stand, of all that one has started; raises LookupError."""
    for child in _children(pid):
        command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        if words in command:
            return child
        with suppress(LookupError):
            return find_process(child, words)
    raise LookupError(f"{pid} has not started {words}.")


@contextmanager
def counting(engine: Engine) -> Iterator[Count]:
    """Count what this process asks its stores while the context lasts."""
    count, send = Count(), AbstractConnection.send_packed_command

    def on_statement(*_: Any) -> None:
        count.statements += 1

    def counted(*arguments: Any, **options: Any) -> None:
        # A pipeline sends its commands together, so this is one for each round trip.
        count.round_trips += 1
        send(*arguments, **options)  # type: ignore[no-untyped-call]

    event.listen(engine, "before_cursor_execute", on_statement)
    AbstractConnection.send_packed_command = counted  # type: ignore[method-assign]  # redis-py has no hook for it
    try:
        yield count
    finally:
        AbstractConnection.send_packed_command = send  # type: ignore[method-assign]
        event.remove(engine, "before_cursor_execute", on_statement)


def _own_seconds(pid: int) -> float:
    # The name in the second place may hold spaces; what follows its bracket does not.
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) * _TICK_SECONDS


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]
