"""Sampling CPU profiler of an app in this process."""

import io
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

# CPU time between two samples.
TICK_SECONDS = 0.001
# Part -> texts in the paths of its files; the first match counts.
PARTS = {
    "shop: blueprint, controller, transaction, envelope, JSON": ("/shop/core/api/", "/shop/core/auth/",
        "/shop/core/database/transaction", "/shop/core/http/", "/shop/core/crypto/tokens"),
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
class CpuSamples:
    """Number of samples by part."""

    counts: "Counter[str]" = field(default_factory=Counter)

    def record(self, _: int, frame: FrameType | None) -> None:
        """Count a sample for the innermost frame that belongs to a part."""
        while frame is not None:
            if part := find_part(frame.f_code.co_filename):
                self.counts[part] += 1
                return
            frame = frame.f_back
        self.counts[REST] += 1

    def compute_shares(self) -> dict[str, float]:
        """Return the share of each part, the largest first."""
        total = self.counts.total() or 1
        return {part: number / total for part, number in self.counts.most_common()}


def find_part(file: str) -> str | None:
    """Return the part that a file belongs to, or None."""
    if CORE_REDIS in file:
        return REDIS
    return next((part for part, places in PARTS.items() if any(place in file for place in places)), None)


@contextmanager
def sample_cpu() -> Iterator[CpuSamples]:
    """Sample the main thread while the context lasts."""
    samples = CpuSamples()
    before = signal.signal(signal.SIGPROF, samples.record)
    signal.setitimer(signal.ITIMER_PROF, TICK_SECONDS, TICK_SECONDS)
    try:
        yield samples
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def call_wsgi(app: Any, request: bytes) -> str:
    """Call a WSGI app with a raw request, and return the status.

    Not a test client, since that costs more than the app.
    """
    statuses: list[str] = []
    response = app(_build_environ(request), lambda status, *_: statuses.append(status))
    b"".join(response)
    if close := getattr(response, "close", None):
        close()
    return statuses[0]


def _build_environ(request: bytes) -> dict[str, Any]:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
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
