"""Load generators: a closed loop and an open loop.

Each runs in one thread. They cost little processor time, since server and load generator share the same cores.
"""

import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.load.connection import TIMEOUT_SECONDS, Connection, open_connections
from benchmarks.load.load_result import LoadResult

Streams = Sequence[Iterator[bytes]]


def run_closed_loop(
    port: int, streams: Streams, seconds: float, answers_max: int = 1_000_000, load: LoadResult | None = None
) -> LoadResult:
    """Send on every connection as soon as its last response is complete.

    Each connection sends at least one request. No request starts after `seconds` or after `answers_max` responses.
    Adds to `load`, if given. Raises OSError when a connection fails.
    """
    load = load or LoadResult()
    with open_connections(port, streams) as connections:
        _run_connections(connections, load, seconds, answers_max)
    return load


def run_burst(port: int, streams: Streams, begin: Callable[[], object], load: LoadResult) -> None:
    """Open all connections, call `begin`, and send one request on each at its return.

    Adds to `load`. Raises OSError when a connection fails.
    """
    with open_connections(port, streams) as connections:
        begin()
        _run_connections(connections, load, 0, 0)


def run_open_loop(port: int, streams: Streams, rate: float, seconds: float) -> LoadResult:
    """Send `rate` requests a second at planned moments, with or without responses.

    While every connection is busy the next request is late, and its delay counts. Requests that cannot be sent in
    twice the time stay unsent. Raises OSError when a connection fails.
    """
    with open_connections(port, streams) as connections:
        loop = _OpenLoop(connections, rate, int(rate * seconds), time.perf_counter())
        end = loop.started + 2 * seconds
        while loop.sent < loop.total and time.perf_counter() < end:
            loop.send()
            loop.receive()
        loop.load.unsent = loop.total - loop.sent
        while loop.busy and time.perf_counter() < end + TIMEOUT_SECONDS:
            loop.receive()
        loop.load.seconds = time.perf_counter() - loop.started
    return loop.load


@dataclass
class _OpenLoop:
    """State of an open loop: idle and busy connections, and the schedule."""

    idle: list[Connection]
    rate: float
    total: int
    started: float
    sent: int = 0
    busy: dict[socket.socket, Connection] = field(default_factory=dict)
    load: LoadResult = field(default_factory=LoadResult)

    @property
    def due(self) -> float:
        """Planned moment of the next request."""
        return self.started + self.sent / self.rate

    def send(self) -> None:
        """Send all requests that are due, as far as connections are idle."""
        while self.idle and self.sent < self.total and self.due <= time.perf_counter():
            connection = self.idle.pop()
            self.busy[connection.socket] = connection
            connection.send(self.due)
            self.sent += 1

    def receive(self) -> None:
        """Receive responses until the next request is due."""
        # Not epoll, since epoll rounds its time-out up to milliseconds.
        pause = max(self.due - time.perf_counter(), 0.0) if self.idle and self.sent < self.total else 0.1
        for ready in select.select(list(self.busy), [], [], pause)[0]:
            connection = self.busy[ready]
            if connection.receive():
                del self.busy[ready]
                self.load.add(connection.response, time.perf_counter() - connection.sent_at)
                self.idle.append(connection)


def _run_connections(connections: Sequence[Connection], load: LoadResult, seconds: float, answers_max: int) -> None:
    with select.epoll() as poll:
        by_number = {connection.socket.fileno(): connection for connection in connections}
        for number in by_number:
            poll.register(number, select.EPOLLIN)
        started = time.perf_counter()
        for connection in connections:
            connection.send()
        _exchange(poll, by_number, load, started + seconds, answers_max)
        load.seconds += time.perf_counter() - started


def _exchange(
    poll: select.epoll, by_number: dict[int, Connection], load: LoadResult, deadline: float, answers_max: int
) -> None:
    open_requests = len(by_number)
    while open_requests:
        events = poll.poll(TIMEOUT_SECONDS)
        if not events:
            raise TimeoutError("The server is silent.")
        for number, _ in events:
            connection = by_number[number]
            if not connection.receive():
                continue
            now = time.perf_counter()
            load.add(connection.response, now - connection.sent_at)
            if now < deadline and load.answered < answers_max:
                connection.send()
            else:
                open_requests -= 1
