"""Raw keep-alive connections and requests that are built in advance."""

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

LOOPBACK = "127.0.0.1"
RECEIVE_BYTES = 65_536
TIMEOUT_SECONDS = 10.0
# Numbers of idempotency keys, so that no key is used twice in a process.
_key_numbers = count(1)


@dataclass
class Connection:
    """One connection that sends one request after the other."""

    socket: socket.socket
    requests: Iterator[bytes]
    response: bytes = b""
    sent_at: float = 0.0

    def send(self, planned: float | None = None) -> None:
        """Send the next request, timed from the planned moment if given."""
        self.response, self.sent_at = b"", time.perf_counter() if planned is None else planned
        self.socket.sendall(next(self.requests))

    def receive(self) -> bool:
        """Receive a part of the response.

        Returns True when the response is complete. Raises OSError when the server closed the connection.
        """
        received = self.socket.recv(RECEIVE_BYTES)
        if not received:
            raise ConnectionResetError("The server hung up.")
        self.response += received
        return _is_complete(self.response)


@contextmanager
def open_connections(port: int, streams: Sequence[Iterator[bytes]]) -> Iterator[list[Connection]]:
    """Open a connection for each stream of requests while the context lasts."""
    connections: list[Connection] = []
    try:
        for requests in streams:
            connections.append(Connection(socket.create_connection((LOOPBACK, port), TIMEOUT_SECONDS), requests))
        yield connections
    finally:
        for connection in connections:
            connection.socket.close()


def build_post(path: str, token: str, body: bytes) -> bytes:
    """Build the bytes of a POST request."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def build_get(path: str, token: str) -> bytes:
    """Build the bytes of a GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def repeat_with_new_keys(request: bytes) -> Iterator[bytes]:
    """Repeat a request without end, each time with a new idempotency key."""
    head, _, body = request.partition(b"\r\n\r\n")
    return (b'%b\r\nIdempotency-Key: "%010d"\r\n\r\n%b' % (head, number, body) for number in _key_numbers)


def _is_complete(response: bytes) -> bool:
    head = response.find(b"\r\n\r\n")
    if head < 0:
        return False
    begin = response.lower().find(b"content-length:", 0, head) + len(b"content-length:")
    return len(response) >= head + 4 + int(response[begin : response.find(b"\r", begin)])
