"""Requests to a WSGI app in this process, and its answers in bytes."""

import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

ORIGIN_FORM_HOST = "shop.example"
_UNPREFIXED = {"Content-Type": "CONTENT_TYPE", "Content-Length": "CONTENT_LENGTH"}


@dataclass(frozen=True)
class Call:
    """One request; `note` tells it from others of the same method and target."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    note: str = ""

    @property
    def name(self) -> str:
        """Name of the request in a record."""
        return f"{self.method} {self.target[:200]} [{self.note}]"


class Answer(NamedTuple):
    """Status line, headers in their order, and body."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Return the first value of a header, or an empty text."""
        return next((value for given, value in self.headers if given.lower() == name.lower()), "")


def send(app: Any, call: Call) -> Answer:
    """Send a request to a WSGI app, as a server does.

    Not by a test client, which hides the order of headers and closes what it receives in its own way.
    """
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        started.append((status, list(headers)))

    parts = app(build_environ(call), start_response)
    try:
        body = b"".join(parts)
    finally:
        if close := getattr(parts, "close", None):
            close()
    status, headers = started[-1]
    return Answer(status, tuple(headers), body)


def build_environ(call: Call) -> dict[str, Any]:
    """Build the WSGI environment of a request."""
    path, _, query = call.target.partition("?")
    headers = {"Host": ORIGIN_FORM_HOST, **call.headers}
    if call.body is not None:
        headers.setdefault("Content-Length", str(len(call.body)))
    return {
        "REQUEST_METHOD": call.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(call.body or b""),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **{_UNPREFIXED.get(name) or f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
    }
