"""Bytes on a socket, and what comes back: for requests that no HTTP client would send."""

import json
import socket
from dataclasses import dataclass
from typing import Any

from tests.http.support.shop import Shop


@dataclass(frozen=True)
class Reply:
    """What the server sent before it closed the connection: the first answer of it."""

    raw: bytes

    @property
    def status(self) -> int:
        """The status; 0 when nothing came."""
        return int(self.raw.split(b" ", 2)[1]) if self.raw.startswith(b"HTTP/1.") else 0

    @property
    def body(self) -> bytes:
        """The body, of which the server itself sends none."""
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def envelope(self) -> Any:
        """The body as JSON; raises ValueError."""
        return json.loads(self.body)


def connect(shop: Shop, timeout: float = 5.0) -> socket.socket:
    """A connection to the web process."""
    address, _, port = shop.service.bind().rpartition(":")
    return socket.create_connection((address, int(port)), timeout=timeout)


def send(shop: Shop, raw: bytes, *, hang_up: bool = False) -> Reply:
    """Send these bytes on a connection of their own, and read until the server closes it."""
    with connect(shop) as connection:
        try:
            connection.sendall(raw)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # It has answered and closed before it read everything.
        return Reply(_everything(connection))


def request(line: str, body: bytes = b"", /, **headers: bytes | str) -> bytes:
    """A request whose connection ends with it; a header `content_length` is as it is given, or the body's."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if body and not {"content-length", "transfer-encoding"} & {name.lower() for name in named}:
        named["content-length"] = str(len(body))
    head = b"".join(b"%s: %s\r\n" % (name.encode(), _bytes(value)) for name, value in named.items())
    return b"%s\r\nHost: shop\r\nConnection: close\r\n%s\r\n%s" % (line.encode("latin-1"), head, body)


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _everything(connection: socket.socket) -> bytes:
    received = b""
    while True:
        try:
            part = connection.recv(65_536)
        except ConnectionResetError:
            return received
        if not part:
            return received
        received += part
