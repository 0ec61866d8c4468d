"""Polling for conditions and assertions."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

PAUSE_SECONDS = 0.02
T = TypeVar("T")
# Type of the fixture `eventually`.
Eventually = Callable[..., Any]


def wait_for(condition: Callable[[], bool], timeout: float) -> bool:
    """Poll until the condition is true.

    Returns False when it is still false after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)
    return True


def eventually(assertion: Callable[[], T], timeout: float = 30.0, pause: float = PAUSE_SECONDS) -> T:
    """Poll every `pause` seconds until an assertion holds, and return its value.

    It holds when it neither raises AssertionError nor returns False. After `timeout` seconds the last failure is
    raised, so that the test shows it.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            return _require(assertion())
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        time.sleep(pause)


def _require(value: T) -> T:
    assert value is not False, "It stayed False."
    return value
