"""Raw HTTP requests that an HTTP client cannot send."""

import json
import socket
from dataclasses import dataclass
from typing import Any

from tests.http.support.shop import Shop


@dataclass(frozen=True)
class Reply:
    """Bytes received until the server closed the connection; read as one response."""

    raw: bytes

    @property
    def status(self) -> int:
        """Status of the response; 0 when there is none."""
        return int(self.raw.split(b" ", 2)[1]) if self.raw.startswith(b"HTTP/1.") else 0

    @property
    def body(self) -> bytes:
        """Body of the response; empty when the web server itself refuses."""
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def envelope(self) -> Any:
        """Body parsed as JSON; raises ValueError."""
        return json.loads(self.body)


def connect(shop: Shop, timeout: float = 5.0) -> socket.socket:
    """Connect to the web process."""
    address, _, port = shop.service.bind().rpartition(":")
    return socket.create_connection((address, int(port)), timeout=timeout)


def send(shop: Shop, raw: bytes, *, hang_up: bool = False) -> Reply:
    """Send bytes on a new connection and read until its end."""
    with connect(shop) as connection:
        try:
            connection.sendall(raw)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # The server responded and closed before it read everything.
        return Reply(_read_until_closed(connection))


def request(line: str, body: bytes = b"", /, **headers: bytes | str) -> bytes:
    """Build a request with `Connection: close`.

    Content-Length is the length of the body unless a length header is given.
    """
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    if body and not {"content-length", "transfer-encoding"} & {name.lower() for name in fields}:
        fields["content-length"] = str(len(body))
    head = b"".join(b"%s: %s\r\n" % (name.encode(), _bytes(value)) for name, value in fields.items())
    return b"%s\r\nHost: shop\r\nConnection: close\r\n%s\r\n%s" % (line.encode("latin-1"), head, body)


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _read_until_closed(connection: socket.socket) -> bytes:
    received = b""
    while True:
        try:
            part = connection.recv(65_536)
        except ConnectionResetError:
            return received
        if not part:
            return received
        received += part
