"""A load generator that costs little: raw keep-alive connections, requests built beforehand, one thread."""

import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

ACCEPTED = b"HTTP/1.1 202"
LOOPBACK = "127.0.0.1"
RECEIVE_BYTES = 65_536
REQUESTS_MAX = 1_000_000


@dataclass
class Load:
    """What came of some seconds of load. Only what was accepted counts; `latencies` are seconds."""

    accepted: int = 0
    refused: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Accepted requests per second."""
        return self.accepted / self.seconds


@dataclass
class Connection:
    """One connection of one buyer, who asks the same again and again."""

    socket: socket.socket
    request: bytes
    answer: bytes = b""
    asked: float = 0.0

    def ask(self) -> None:
        """Send the request."""
        self.answer, self.asked = b"", time.perf_counter()
        self.socket.sendall(self.request)

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


def drive(port: int, requests: Sequence[bytes], seconds: float) -> Load:
    """Send each request on a connection of its own, over and over, for some seconds; raises OSError."""
    connections = [Connection(socket.create_connection((LOOPBACK, port), 10), request) for request in requests]
    load, poll = Load(), select.epoll()
    by_number = {connection.socket.fileno(): connection for connection in connections}
    try:
        for number in by_number:
            poll.register(number, select.EPOLLIN)
        begun = time.perf_counter()
        for connection in connections:
            connection.ask()
        _listen(poll, by_number, load, begun + seconds)
        load.seconds = time.perf_counter() - begun
    finally:
        poll.close()
        for connection in connections:
            connection.socket.close()
    return load


def _listen(poll: select.epoll, waiting: dict[int, Connection], load: Load, deadline: float) -> None:
    open_requests = len(waiting)
    while open_requests:
        for number, _ in poll.poll(10):
            connection = waiting[number]
            if not connection.hear():
                continue
            now = time.perf_counter()
            _count(load, connection, now)
            if now < deadline and load.accepted + load.refused < REQUESTS_MAX:
                connection.ask()
            else:
                open_requests -= 1


def _count(load: Load, connection: Connection, now: float) -> None:
    if connection.answer.startswith(ACCEPTED):
        load.accepted += 1
        load.latencies.append(now - connection.asked)
    else:
        load.refused += 1


def _is_complete(answer: bytes) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    begin = answer.lower().find(b"content-length:", 0, head) + len(b"content-length:")
    return len(answer) >= head + 4 + int(answer[begin : answer.find(b"\r", begin)])
