"""Background thread that calls a function periodically and on request."""

import os
from threading import Event, Thread, current_thread

import pytest

from shop.core.resilience.background_poller import BackgroundPoller
from tests.support.polling import Eventually

FEW_SECONDS, LONG_PAUSE = 5, 100


class PolledFunction:
    """A function that counts its calls, and waits or fails as set."""

    def __init__(self) -> None:
        self.threads: list[Thread] = []
        self.fails = False
        self.may_return = Event()
        self.may_return.set()
        self.poller = BackgroundPoller("poller under test", self.call, "The call failed")

    @property
    def calls(self) -> int:
        return len(self.threads)

    def call(self) -> None:
        self.threads.append(current_thread())
        self.may_return.wait(FEW_SECONDS)
        if self.fails:
            raise ValueError("wrong")


@pytest.fixture
def function() -> PolledFunction:
    return PolledFunction()


def test_a_poller_has_no_thread_before_the_first_request(function: PolledFunction) -> None:
    function.poller.pause_seconds = 0.01
    assert function.poller._thread is None


def test_a_request_is_one_call_in_a_named_daemon_thread(function: PolledFunction) -> None:
    assert function.poller.request().wait(FEW_SECONDS)
    (thread,) = function.threads
    assert (thread.name, thread.daemon) == ("poller under test", True)


def test_a_request_does_not_wait_for_the_pause(function: PolledFunction) -> None:
    function.poller.pause_seconds = LONG_PAUSE
    assert all(function.poller.request().wait(FEW_SECONDS) for _ in range(3))
    assert function.calls == 3


def test_the_function_is_called_again_after_each_pause(function: PolledFunction, eventually: Eventually) -> None:
    function.poller.pause_seconds = 0.01
    function.poller.request()
    eventually(lambda: function.calls > 3)


def test_all_calls_and_requests_share_one_thread(function: PolledFunction) -> None:
    for _ in range(3):
        function.poller.request().wait(FEW_SECONDS)
    assert (function.calls, len(set(function.threads))) == (3, 1)


def test_a_request_during_a_call_is_answered_by_the_next_call(function: PolledFunction, eventually: Eventually) -> None:
    function.may_return.clear()
    first = function.poller.request()
    eventually(lambda: function.calls == 1)

    later = [function.poller.request() for _ in range(10)]

    assert not first.is_set()
    function.may_return.set()
    assert all(call.wait(FEW_SECONDS) for call in (first, *later))
    assert function.calls == 2


def test_a_failed_call_is_logged_once_and_does_not_end_the_thread(
    function: PolledFunction, caplog: pytest.LogCaptureFixture
) -> None:
    function.fails = True
    assert function.poller.request().wait(FEW_SECONDS)
    function.fails = False

    assert function.poller.request().wait(FEW_SECONDS)

    assert [record.getMessage() for record in caplog.records] == ["The call failed: ValueError('wrong')"]
    assert len(set(function.threads)) == 1


def test_a_closed_poller_makes_no_further_call(function: PolledFunction) -> None:
    function.poller.pause_seconds = LONG_PAUSE
    function.poller.request().wait(FEW_SECONDS)

    function.poller.close()

    (thread,) = function.threads
    thread.join(FEW_SECONDS)
    assert (function.calls, thread.is_alive()) == (1, False)


def test_a_requested_call_is_made_before_the_poller_ends(function: PolledFunction, eventually: Eventually) -> None:
    function.may_return.clear()
    function.poller.request()
    eventually(lambda: function.calls == 1)
    requested = function.poller.request()

    function.poller.close()
    function.may_return.set()

    assert requested.wait(FEW_SECONDS)
    function.threads[0].join(FEW_SECONDS)
    assert (function.calls, function.threads[0].is_alive()) == (2, False)


def test_a_request_after_the_close_starts_a_second_thread(function: PolledFunction) -> None:
    function.poller.request().wait(FEW_SECONDS)
    function.poller.close()
    function.threads[0].join(FEW_SECONDS)

    assert function.poller.request().wait(FEW_SECONDS)

    assert len(set(function.threads)) == 2


def test_a_request_after_a_fork_starts_a_thread_in_the_new_process(function: PolledFunction) -> None:
    function.poller.request().wait(FEW_SECONDS)

    # The lock is held, so that the thread does not hold it at the moment of the fork.
    with function.poller._condition:
        process = os.fork()
    if not process:
        answered = False
        try:
            answered = function.poller.request().wait(FEW_SECONDS)
        finally:
            os._exit(0 if answered else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    assert function.calls == 1
