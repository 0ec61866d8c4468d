"""Where the processor time of a purchase goes: the app in this process, looked at every millisecond of its work."""

import io
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

TICK_SECONDS = 0.001
# Part -> what stands in the path of a file that belongs to it; the first that fits.
PARTS = {
    "shop: blueprint, controller, transaction, envelope, JSON": ("/shop/core/blueprint", "/shop/core/controller",
        "/shop/core/transaction", "/shop/core/envelope", "/shop/core/wire", "/shop/core/tokens", "/shop/core/http"),
    "shop: reservation, its keys, its card": ("/shop/",),
    "Redis client, with the two system calls": ("/redis/",),
    "marshmallow, webargs, flask-smorest": ("/marshmallow/", "/webargs/", "/flask_smorest/"),
    "Flask": ("/flask/",),
    "werkzeug": ("/werkzeug/",),
}  # fmt: skip
CORE_REDIS = "/shop/core/redis"
REDIS = "Redis client, with the two system calls"
REST = "the rest: server, standard library"


@dataclass
class Samples:
    """How often each part was at work."""

    counts: "Counter[str]" = field(default_factory=Counter)

    def look(self, _: int, frame: FrameType | None) -> None:
        """Count the part that works in this frame: that of its innermost file that belongs to one."""
        while frame is not None:
            if part := part_of(frame.f_code.co_filename):
                self.counts[part] += 1
                return
            frame = frame.f_back
        self.counts[REST] += 1

    def shares(self) -> dict[str, float]:
        """Part -> its share of the work, the largest first."""
        total = self.counts.total() or 1
        return {part: number / total for part, number in self.counts.most_common()}


def part_of(file: str) -> str | None:
    """The part a file belongs to."""
    if CORE_REDIS in file:
        return REDIS
    return next((part for part, places in PARTS.items() if any(place in file for place in places)), None)


@contextmanager
def sampling() -> Iterator[Samples]:
    """Look while the context lasts; only in the main thread."""
    samples = Samples()
    before = signal.signal(signal.SIGPROF, samples.look)
    signal.setitimer(signal.ITIMER_PROF, TICK_SECONDS, TICK_SECONDS)
    try:
        yield samples
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def ask(app: Any, request: bytes) -> str:
    """The status that a WSGI app answers a request with; no test client, which costs more than the app."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    environ = {
        "REQUEST_METHOD": first.split(" ")[0],
        "SCRIPT_NAME": "",
        "PATH_INFO": first.split(" ")[1],
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": headers["Content-Type"],
        "CONTENT_LENGTH": headers["Content-Length"],
        "HTTP_HOST": headers["Host"],
        "HTTP_AUTHORIZATION": headers["Authorization"],
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    told: list[str] = []
    answer = app(environ, lambda status, *_: told.append(status))
    b"".join(answer)
    if close := getattr(answer, "close", None):
        close()
    return told[0]
