"""Request admission: buffered bodies and limited workers, in order of arrival."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event, Lock
from typing import Any

import pytest

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.middleware.admission import RequestAdmission
from tests.support.polling import eventually

BODY_MAX = 100
TIMEOUT_SECONDS = 5.0


class Body:
    """Request body that arrives when the test releases it."""

    def __init__(self, text: bytes = b"bytes") -> None:
        self.text, self.requested, self.released = text, Event(), Event()

    def read(self, size: int) -> bytes:
        self.requested.set()
        assert self.released.wait(TIMEOUT_SECONDS)
        return self.text[:size]


class RecordingApp:
    """WSGI app that records the order and concurrency of its requests."""

    def __init__(self) -> None:
        self.lock, self.released = Lock(), Event()
        self.running = self.most_running = 0
        self.order: list[str] = []

    def __call__(self, environ: dict[str, Any], _: Any) -> list[bytes]:
        with self.lock:
            self.running += 1
            self.most_running = max(self.most_running, self.running)
            self.order.append(environ["name"])
        assert self.released.wait(TIMEOUT_SECONDS)
        with self.lock:
            self.running -= 1
        return [environ["wsgi.input"].read()]


def send_request(admission: RequestAdmission, name: str, body: Any = None, **environ: str) -> bytes:
    length = {} if body is None else {"CONTENT_LENGTH": "5"}
    environment = {"name": name, "wsgi.input": body or Body(), **length, **environ}
    return b"".join(admission(environment, None))


def is_waiting(admission: RequestAdmission, count: int) -> bool:
    return len(admission._queue) == count


def test_no_more_requests_run_at_a_time_than_there_are_workers() -> None:
    app = RecordingApp()
    app.released.set()
    admission = RequestAdmission(app, workers=3, body_max=BODY_MAX)

    with ThreadPoolExecutor(20) as pool:
        bodies = [Body() for _ in range(60)]
        for body in bodies:
            body.released.set()
        responses = list(pool.map(lambda body: send_request(admission, "x", body), bodies))

    assert responses == [b"bytes"] * 60
    assert app.most_running <= 3


def test_requests_run_in_the_order_of_their_arrival() -> None:
    app = RecordingApp()
    admission, bodies = RequestAdmission(app, workers=1, body_max=BODY_MAX), [Body() for _ in range(5)]
    with ThreadPoolExecutor(5) as pool:
        for number, body in enumerate(bodies):
            body.released.set()
            pool.submit(send_request, admission, str(number), body)
            eventually(partial(is_waiting, admission, number))
        app.released.set()

    assert app.order == ["0", "1", "2", "3", "4"]


def test_slow_bodies_hold_no_worker() -> None:
    app = RecordingApp()
    app.released.set()
    admission, slow = RequestAdmission(app, workers=1, body_max=BODY_MAX), [Body() for _ in range(3)]
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(send_request, admission, "slow", body) for body in slow]
        for body in slow:
            assert body.requested.wait(10)

        fast = Body()
        fast.released.set()
        assert pool.submit(send_request, admission, "fast", fast).result(TIMEOUT_SECONDS) == b"bytes"

        for body in slow:
            body.released.set()
        assert [future.result(TIMEOUT_SECONDS) for future in waiting] == [b"bytes"] * 3
    assert app.order[0] == "fast"


def test_only_reading_a_body_without_a_free_buffer_is_refused() -> None:
    app, buffered = RecordingApp(), Body()
    app.released.set()
    admission = RequestAdmission(app, workers=1, body_max=BODY_MAX, body_slots=1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(send_request, admission, "slow", buffered)
        assert buffered.requested.wait(10)

        with pytest.raises(ShopError) as refused:
            send_request(admission, "crowded", Body())
        buffered.released.set()
        waiting.result(5)

    assert refused.value.code is CoreExceptionCode.CROWDED
    assert refused.value.facts["retry_after"] in {1, 2, 3}
    late = Body()
    late.released.set()
    assert send_request(admission, "late", late) == b"bytes"


def test_a_body_that_is_announced_as_too_large_is_not_read() -> None:
    seen: list[Body] = []
    body = Body()

    def record_body(environ: dict[str, Any], _: Any) -> list[bytes]:
        seen.append(environ["wsgi.input"])
        return []

    admission = RequestAdmission(record_body, workers=1, body_max=BODY_MAX)

    send_request(admission, "large", body, CONTENT_LENGTH="101")

    assert seen == [body]
    assert not body.requested.is_set()


def test_a_chunked_body_is_read_up_to_the_limit_only() -> None:
    body = Body(b"x" * 1_000)
    body.released.set()
    admission = RequestAdmission(lambda environ, _: [environ["wsgi.input"].read()], workers=1, body_max=BODY_MAX)

    assert len(b"".join(admission({"wsgi.input": body, "HTTP_TRANSFER_ENCODING": "chunked"}, None))) == BODY_MAX


def test_a_failure_frees_the_worker_and_the_buffer() -> None:
    def fail(*_: Any) -> list[bytes]:
        raise RuntimeError("failed")

    admission = RequestAdmission(fail, workers=1, body_max=BODY_MAX, body_slots=1)
    for _ in range(3):
        body = Body()
        body.released.set()
        started = time.monotonic()
        with pytest.raises(RuntimeError):
            send_request(admission, "x", body)
        assert time.monotonic() - started < 5
