"""Admission of requests: buffered bodies and a concurrency limit.

Granian reads a body in the thread of its request. So there are many threads, which cost little while they wait for
slow clients. At most `SHOP_WEB_THREADS` of them process requests at a time.
"""

from collections import deque
from collections.abc import Iterable
from threading import Lock
from typing import Any, NoReturn

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.body import BufferedBody
from shop.core.resilience.backoff import retry_after
from shop.core.resilience.deadline import request_deadline
from shop.core.resilience.working_turn import working_turn

# Number of bodies that a process receives at a time.
MAX_BUFFERED_BODIES = 256
# Additional threads, so that requests without a body are served even then.
SPARE_THREADS = 64
# Health checks and metrics must be served while all workers are busy.
UNGATED_PATHS = frozenset({"/livez", "/readyz", "/metrics"})


class RequestAdmission:
    """WSGI middleware that limits concurrent requests, in order of arrival."""

    def __init__(self, app: Any, workers: int, body_max: int, body_slots: int = MAX_BUFFERED_BODIES) -> None:
        self._app = app
        self._body_max = body_max
        self._free_workers = workers
        self._free_body_slots = body_slots
        self._queue: deque[Lock] = deque()
        self._lock = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Buffer the body, wait for a free worker and run the app."""
        if _has_body(environ, self._body_max):
            environ["wsgi.input"] = self._buffer_body(environ["wsgi.input"])
        if environ.get("PATH_INFO") in UNGATED_PATHS:
            return self._run_app(environ, start_response)
        self.take()
        try:
            with working_turn(self):
                return self._run_app(environ, start_response)
        finally:
            self.give_back()

    def _run_app(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with request_deadline():
            response: Iterable[bytes] = self._app(environ, start_response)
            return response

    def _buffer_body(self, stream: Any) -> Any:
        with self._lock:
            if not self._free_body_slots:
                return _OverloadedBody()
            self._free_body_slots -= 1
        try:
            return BufferedBody(stream.read(self._body_max))
        finally:
            with self._lock:
                self._free_body_slots += 1

    def take(self) -> None:
        """Wait for a free worker, in order of arrival."""
        with self._lock:
            if self._free_workers > 0:
                self._free_workers -= 1
                return
            turn = Lock()
            turn.acquire()
            self._queue.append(turn)
        turn.acquire()

    def take_at_once(self) -> None:
        """Take a worker that may not be free.

        The next one that is given back makes up for it.
        """
        with self._lock:
            self._free_workers -= 1

    def give_back(self) -> None:
        """Give the worker to the next request."""
        with self._lock:
            if self._queue and self._free_workers >= 0:
                self._queue.popleft().release()
            else:
                self._free_workers += 1


class _OverloadedBody:
    """Body of a request that came when all buffers were in use."""

    def read(self, _: int = -1) -> NoReturn:
        """Raise ShopError CROWDED."""
        raise ShopError(CoreExceptionCode.CROWDED, retry_after=retry_after())


def _has_body(environ: dict[str, Any], max_bytes: int) -> bool:
    announced = environ.get("CONTENT_LENGTH")
    if announced is None:
        return "HTTP_TRANSFER_ENCODING" in environ
    # A body that is announced as too large is refused without reading it.
    return not announced.isdigit() or int(announced) <= max_bytes
