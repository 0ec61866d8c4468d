"""The Anteroom: bodies are read by many, and worked on by few, in order of arrival."""

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
PATIENCE_SECONDS = 5.0


class Body:
    """A body that comes when it is let go."""

    def __init__(self, text: bytes = b"words") -> None:
        self.text, self.asked, self.free = text, Event(), Event()

    def read(self, size: int) -> bytes:
        self.asked.set()
        assert self.free.wait(PATIENCE_SECONDS)
        return self.text[:size]


class Work:
    """An app that notes who comes, how many at a time, and what it was given."""

    def __init__(self) -> None:
        self.lock, self.free = Lock(), Event()
        self.now = self.most = 0
        self.came: list[str] = []

    def __call__(self, environ: dict[str, Any], _: Any) -> list[bytes]:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.came.append(environ["name"])
        assert self.free.wait(PATIENCE_SECONDS)
        with self.lock:
            self.now -= 1
        return [environ["wsgi.input"].read()]


def send_request(room: RequestAdmission, name: str, body: Any = None, **environ: str) -> bytes:
    length = {} if body is None else {"CONTENT_LENGTH": "5"}
    given = {"name": name, "wsgi.input": body or Body(), **length, **environ}
    return b"".join(room(given, None))


def is_waiting(room: RequestAdmission, count: int) -> bool:
    return len(room._queue) == count


def test_no_more_work_at_a_time_than_there_are_workers() -> None:
    work = Work()
    work.free.set()
    room = RequestAdmission(work, workers=3, body_max=BODY_MAX)

    with ThreadPoolExecutor(20) as pool:
        bodies = [Body() for _ in range(60)]
        for body in bodies:
            body.free.set()
        said = list(pool.map(lambda body: send_request(room, "x", body), bodies))

    assert said == [b"words"] * 60
    assert work.most <= 3


def test_whoever_came_first_is_served_first() -> None:
    work = Work()
    room, bodies = RequestAdmission(work, workers=1, body_max=BODY_MAX), [Body() for _ in range(5)]
    with ThreadPoolExecutor(5) as pool:
        for number, body in enumerate(bodies):
            body.free.set()
            pool.submit(send_request, room, str(number), body)
            eventually(partial(is_waiting, room, number))
        work.free.set()

    assert work.came == ["0", "1", "2", "3", "4"]


def test_slow_bodies_hold_no_worker() -> None:
    work = Work()
    work.free.set()
    room, slow = RequestAdmission(work, workers=1, body_max=BODY_MAX), [Body() for _ in range(3)]
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(send_request, room, "slow", body) for body in slow]
        for body in slow:
            assert body.asked.wait(10)

        fast = Body()
        fast.free.set()
        assert pool.submit(send_request, room, "fast", fast).result(PATIENCE_SECONDS) == b"words"

        for body in slow:
            body.free.set()
        assert [it.result(PATIENCE_SECONDS) for it in waiting] == [b"words"] * 3
    assert work.came[0] == "fast"


def test_a_body_without_a_seat_is_refused_by_whoever_reads_it_and_by_nobody_else() -> None:
    work, room_for_one = Work(), Body()
    work.free.set()
    room = RequestAdmission(work, workers=1, body_max=BODY_MAX, body_slots=1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(send_request, room, "slow", room_for_one)
        assert room_for_one.asked.wait(10)

        with pytest.raises(ShopError) as refused:
            send_request(room, "crowded", Body())
        room_for_one.free.set()
        waiting.result(5)

    assert refused.value.code is CoreExceptionCode.CROWDED
    assert refused.value.facts["retry_after"] in {1, 2, 3}
    late = Body()
    late.free.set()
    assert send_request(room, "late", late) == b"words"


def test_what_is_announced_to_be_too_large_is_not_read() -> None:
    seen: list[Body] = []
    body = Body()

    def look(environ: dict[str, Any], _: Any) -> list[bytes]:
        seen.append(environ["wsgi.input"])
        return []

    room = RequestAdmission(look, workers=1, body_max=BODY_MAX)

    send_request(room, "large", body, CONTENT_LENGTH="101")

    assert seen == [body]
    assert not body.asked.is_set()


def test_chunks_are_read_no_further_than_the_most() -> None:
    body = Body(b"x" * 1_000)
    body.free.set()
    room = RequestAdmission(lambda environ, _: [environ["wsgi.input"].read()], workers=1, body_max=BODY_MAX)

    assert len(b"".join(room({"wsgi.input": body, "HTTP_TRANSFER_ENCODING": "chunked"}, None))) == BODY_MAX


def test_a_failure_gives_the_worker_and_the_seat_back() -> None:
    def fail(*_: Any) -> list[bytes]:
        raise RuntimeError("it went wrong")

    room = RequestAdmission(fail, workers=1, body_max=BODY_MAX, body_slots=1)
    for _ in range(3):
        body = Body()
        body.free.set()
        begun = time.monotonic()
        with pytest.raises(RuntimeError):
            send_request(room, "x", body)
        assert time.monotonic() - begun < 5
