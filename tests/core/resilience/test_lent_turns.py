"""Working turns that requests lend while they wait for a row lock."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from shop.core.middleware.admission import RequestAdmission
from shop.core.resilience.bounded_wait import BoundedWait
from shop.core.settings.settings import Settings
from tests.support.polling import eventually

SECONDS = 30.0


class LendingApp:
    """WSGI app of one turn.

    The request `locks` lends it until `locked` is set; `runs` ends with `finish`.
    """

    def __init__(self, pool: int = 10) -> None:
        self.waiting = BoundedWait(Settings(web_threads=1, database_pool=pool))
        self.admission = RequestAdmission(self.serve, workers=1, body_max=100)
        self.locked, self.began, self.finish = Event(), Event(), Event()

    def serve(self, environ: dict[str, Any], _: Any) -> list[bytes]:
        if environ["name"] == "locks":
            with self.waiting.lend_turn():
                self.began.set()
                assert self.locked.wait(SECONDS)
        if environ["name"] == "runs":
            assert self.finish.wait(SECONDS)
        return [environ["name"].encode()]

    def send(self, name: str) -> list[bytes]:
        """Send one request through the admission."""
        return list(self.admission({"name": name}, None))


def test_a_request_goes_on_with_its_lock_while_the_turn_is_taken() -> None:
    app = LendingApp()
    with ThreadPoolExecutor(3) as pool:
        locks = pool.submit(app.send, "locks")
        assert app.began.wait(SECONDS)
        runs = pool.submit(app.send, "runs")
        app.locked.set()
        # A request that runs may want the same lock, so this one must not wait for it.
        assert locks.result(SECONDS) == [b"locks"]
        app.finish.set()
        assert runs.result(SECONDS) == [b"runs"]
    assert app.admission._free_workers == 1


def test_a_turn_taken_at_once_is_made_up_for_before_the_next_request_runs() -> None:
    app = LendingApp()
    app.admission.take()
    app.admission.take_at_once()
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(app.send, "other")
        eventually(lambda: len(app.admission._queue) == 1)
        app.admission.give_back()
        assert not other.done()
        app.admission.give_back()
        assert other.result(SECONDS) == [b"other"]


@pytest.mark.parametrize("failing", [False, True])
def test_every_lent_turn_comes_back(failing: bool) -> None:
    waiting = BoundedWait(Settings(web_threads=1, database_pool=3))

    def serve(*_: Any) -> list[bytes]:
        with waiting.lend_turn():
            return [] if not failing else [b"%d" % (1 // 0)]

    admission = RequestAdmission(serve, workers=1, body_max=100)
    for _ in range(3):
        try:
            admission({}, None)
        except ZeroDivisionError:
            assert failing
    assert admission._free_workers == 1


@pytest.mark.parametrize(("pool", "is_lent"), [(3, True), (2, False), (1, False)])
def test_a_turn_is_lent_only_while_connections_are_left(pool: int, is_lent: bool) -> None:
    app = LendingApp(pool)
    with ThreadPoolExecutor(2) as threads:
        locks = threads.submit(app.send, "locks")
        assert app.began.wait(SECONDS)
        other = threads.submit(app.send, "other")
        if is_lent:
            assert other.result(SECONDS) == [b"other"]
        else:
            eventually(lambda: len(app.admission._queue) == 1)
        app.locked.set()
        assert (locks.result(SECONDS), other.result(SECONDS)) == ([b"locks"], [b"other"])


def test_outside_of_a_request_there_is_no_turn_to_lend() -> None:
    with BoundedWait(Settings()).lend_turn():
        pass
