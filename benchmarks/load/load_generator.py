"""A load generator that costs little: raw keep-alive connections, requests built beforehand, one thread."""

import select
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

ACCEPTED = (b"HTTP/1.1 202", b"HTTP/1.1 201")
BUSY = "503"
LOOPBACK = "127.0.0.1"
RECEIVE_BYTES = 65_536
SILENCE_SECONDS = 10.0
_numbers = count(1)


@dataclass
class Load:
    """What came of some seconds of load, in seconds. Only what was accepted counts as sold."""

    latencies: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    statuses: "Counter[str]" = field(default_factory=Counter)
    seconds: float = 0.0
    unsent: int = 0

    @property
    def accepted(self) -> int:
        """How many purchases were accepted."""
        return len(self.latencies)

    @property
    def refused(self) -> int:
        """How many were answered, but not accepted."""
        return len(self.refusals)

    @property
    def answered(self) -> int:
        """How many were answered."""
        return self.accepted + self.refused

    @property
    def unknown(self) -> int:
        """How many failed so that nobody knows whether something was bought."""
        return sum(number for status, number in self.statuses.items() if status.startswith("5"))

    def add(self, answer: bytes, seconds: float) -> None:
        """Count an answer."""
        if answer.startswith(ACCEPTED):
            self.latencies.append(seconds)
        else:
            self.refusals.append(seconds)
            self.statuses[answer[9:12].decode()] += 1


@dataclass
class Connection:
    """One connection of one buyer, who asks one thing after the other."""

    socket: socket.socket
    requests: Iterator[bytes]
    answer: bytes = b""
    asked: float = 0.0

    def ask(self, planned: float | None = None) -> None:
        """Send the next request; what it takes is counted from the planned moment."""
        self.answer, self.asked = b"", time.perf_counter() if planned is None else planned
        self.socket.sendall(next(self.requests))

    def hear(self) -> bool:
        """Whether the answer is complete now; raises OSError when the server hung up."""
        received = self.socket.recv(RECEIVE_BYTES)
        if not received:
            raise ConnectionResetError("The server hung up.")
        self.answer += received
        return _is_complete(self.answer)


def post(path: str, token: str, body: bytes) -> bytes:
    """The bytes of a request."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def keyed(request: bytes) -> Iterator[bytes]:
    """The same request over and over, each with a key of its own."""
    head, _, body = request.partition(b"\r\n\r\n")
    return (b'%b\r\nIdempotency-Key: "%010d"\r\n\r\n%b' % (head, number, body) for number in _numbers)


def drive(port: int, buyers: Sequence[Iterator[bytes]], seconds: float, most: int = 1_000_000) -> Load:
    """Let each buyer ask on a connection of its own, again and again, for some seconds; raises OSError.

    Each asks at least once. No more are begun once `most` were answered.
    """
    load = Load()
    with _connected(port, buyers) as connections, select.epoll() as poll:
        waiting = {connection.socket.fileno(): connection for connection in connections}
        for number in waiting:
            poll.register(number, select.EPOLLIN)
        begun = time.perf_counter()
        for connection in connections:
            connection.ask()
        _listen(poll, waiting, load, begun + seconds, most)
        load.seconds = time.perf_counter() - begun
    return load


def drive_at(port: int, buyers: Sequence[Iterator[bytes]], rate: float, seconds: float) -> Load:
    """Ask at planned moments, so many a second, whether or not there are answers yet; raises OSError.

    When every connection waits, the next request waits too, and its waiting counts. What could not be sent in twice
    the time is left unsent.
    """
    with _connected(port, buyers) as connections:
        plan = _Plan(connections, rate, int(rate * seconds), time.perf_counter())
        end = plan.begun + 2 * seconds
        while plan.sent < plan.total and time.perf_counter() < end:
            plan.send()
            plan.listen()
        plan.load.unsent = plan.total - plan.sent
        while plan.busy and time.perf_counter() < end + SILENCE_SECONDS:
            plan.listen()
        plan.load.seconds = time.perf_counter() - plan.begun
    return plan.load


@dataclass
class _Plan:
    idle: list[Connection]
    rate: float
    total: int
    begun: float
    sent: int = 0
    busy: dict[socket.socket, Connection] = field(default_factory=dict)
    load: Load = field(default_factory=Load)

    @property
    def due(self) -> float:
        return self.begun + self.sent / self.rate

    def send(self) -> None:
        while self.idle and self.sent < self.total and self.due <= time.perf_counter():
            connection = self.idle.pop()
            self.busy[connection.socket] = connection
            connection.ask(self.due)
            self.sent += 1

    def listen(self) -> None:
        # select, because epoll rounds what it waits up to milliseconds.
        pause = max(self.due - time.perf_counter(), 0.0) if self.idle and self.sent < self.total else 0.1
        for heard in select.select(list(self.busy), [], [], pause)[0]:
            connection = self.busy[heard]
            if connection.hear():
                del self.busy[heard]
                self.load.add(connection.answer, time.perf_counter() - connection.asked)
                self.idle.append(connection)


@contextmanager
def _connected(port: int, buyers: Sequence[Iterator[bytes]]) -> Iterator[list[Connection]]:
    connections: list[Connection] = []
    try:
        for requests in buyers:
            connections.append(Connection(socket.create_connection((LOOPBACK, port), SILENCE_SECONDS), requests))
        yield connections
    finally:
        for connection in connections:
            connection.socket.close()


def _listen(poll: select.epoll, waiting: dict[int, Connection], load: Load, deadline: float, most: int) -> None:
    open_requests = len(waiting)
    while open_requests:
        heard = poll.poll(SILENCE_SECONDS)
        if not heard:
            raise TimeoutError("The server is silent.")
        for number, _ in heard:
            connection = waiting[number]
            if not connection.hear():
                continue
            now = time.perf_counter()
            load.add(connection.answer, now - connection.asked)
            if now < deadline and load.answered < most:
                connection.ask()
            else:
                open_requests -= 1


def _is_complete(answer: bytes) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    begin = answer.lower().find(b"content-length:", 0, head) + len(b"content-length:")
    return len(answer) >= head + 4 + int(answer[begin : answer.find(b"\r", begin)])
