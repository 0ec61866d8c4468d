"""Where slow clients wait: a body is read before anybody works on its request.

Granian reads a body in the thread that asks for it. So there are many threads, which cost little while they wait for
bytes, and few of them work at a time: as many as `SHOP_WEB_THREADS`.
"""

from collections import deque
from collections.abc import Iterable
from io import BytesIO
from threading import Lock
from typing import Any, NoReturn

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.resilience.backoff import retry_after
from shop.core.resilience.deadline import in_haste

# How many bodies of a process may be on their way at a time.
SEATS = 256
# Threads beside those: requests without a body are answered even then.
STANDING = 64
# Whoever asks how we are wants to hear it while everybody works.
NOT_WORK = frozenset({"/livez", "/readyz", "/metrics"})


class Anteroom:
    """A WSGI app around another one, which it lets work on `workers` requests at a time, in order of arrival."""

    def __init__(self, app: Any, workers: int, body_max: int, seats: int = SEATS) -> None:
        self._app = app
        self._body_max = body_max
        self._free = workers
        self._seats = seats
        self._queue: deque[Lock] = deque()
        self._lock = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Read the body, wait for a worker, and let it work."""
        if _has_body(environ, self._body_max):
            environ["wsgi.input"] = self._read(environ["wsgi.input"])
        if environ.get("PATH_INFO") in NOT_WORK:
            return self._work(environ, start_response)
        self._enter()
        try:
            return self._work(environ, start_response)
        finally:
            self._leave()

    def _work(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with in_haste():
            answer: Iterable[bytes] = self._app(environ, start_response)
            return answer

    def _read(self, stream: Any) -> Any:
        with self._lock:
            if not self._seats:
                return _Unread()
            self._seats -= 1
        try:
            return BytesIO(stream.read(self._body_max))
        finally:
            with self._lock:
                self._seats += 1

    def _enter(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = Lock()
            turn.acquire()
            self._queue.append(turn)
        turn.acquire()

    def _leave(self) -> None:
        with self._lock:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._free += 1


class _Unread:
    """The body of a request for which there was no seat; whoever wants to read it is told so."""

    def read(self, _: int = -1) -> NoReturn:
        """Raise ShopError CROWDED."""
        raise ShopError(CoreExceptionCode.CROWDED, retry_after=retry_after())


def _has_body(environ: dict[str, Any], most: int) -> bool:
    announced = environ.get("CONTENT_LENGTH")
    if announced is None:
        return "HTTP_TRANSFER_ENCODING" in environ
    # What is announced to be too large is refused unread.
    return not announced.isdigit() or int(announced) <= most
